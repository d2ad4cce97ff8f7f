"""The V2G business case under a name without digits.

TODO: the definition names `calculators.engine.v2g_case:v2g_business_case` itself, and this file goes, once the schema
of definitions allows digits in a function's path.
"""

from calculators.engine.v2g_case import v2g_business_case as business_case

__all__ = ["business_case"]
