"""The browser side: page script, worker and the bridge into Python. Knows no physics."""
