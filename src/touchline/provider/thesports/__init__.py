"""TheSports football v1, over HTTP and MQTT."""
