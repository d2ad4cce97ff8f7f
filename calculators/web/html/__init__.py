"""The parts a calculator's page is made of, as HTML text."""
