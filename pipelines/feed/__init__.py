"""Plants into Kafka: simulated stations and recordings, as a gateway would send them."""
