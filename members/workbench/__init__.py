"""What the workbench reads and asks: its queue, its checks, its forms."""
