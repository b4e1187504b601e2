"""SQLAlchemy: engine, transaction, rows, one store per aggregate."""
