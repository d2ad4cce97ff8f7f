"""The only place that touches file formats and foreign libraries; imports them lazily."""
