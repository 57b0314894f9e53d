"""CI: workflows, their actions and what `init` writes, run as GitHub runs them."""
