"""What an administrator says about the site: names, emblem, colour, footer, time zone."""
