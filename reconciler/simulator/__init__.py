"""An embedded Komet Sales, a stranger to the rest of this package."""
