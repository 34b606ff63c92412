"""Who, as whom: forces, units, users, tiers, channels, the vault and the audit book."""
