"""What citizens leave behind: devices, receipts, retries, participation, deletion on time."""
