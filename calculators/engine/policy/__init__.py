"""Calculators for policy: efficient vehicles, V2G adoption, charging on private land, maturity."""
