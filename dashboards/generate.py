def rendered(): return {}
