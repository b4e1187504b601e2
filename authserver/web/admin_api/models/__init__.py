"""What calls to the administration API say, and what it answers: one module per noun."""
