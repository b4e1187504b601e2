"""Which requirement is proven by which test: the page is made from the tests themselves."""
