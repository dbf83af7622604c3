"""Twin types and twins as people write them: YAML files, and the types that ship with the product."""
