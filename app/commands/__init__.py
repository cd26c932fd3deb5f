"""The commands of `nianbao`, one duty a module."""
