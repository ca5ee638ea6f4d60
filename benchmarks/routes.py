"""The application's own list of routes, as JSON: what figure P5 must exercise. `python -m benchmarks.routes`"""

import json

from notes import create_app


def main() -> None:
    """Print [method, rule] for each route; HEAD and OPTIONS, which Flask adds by itself, are left out."""
    rules = create_app().url_map.iter_rules()
    routes = {(method, rule.rule) for rule in rules for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}}
    print(json.dumps(sorted(routes)))


if __name__ == "__main__":
    main()
