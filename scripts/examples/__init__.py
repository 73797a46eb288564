"""The contracts to learn from, one file each: `contract_examples` lists them."""
