"""What every conformance suite stands on: a server to talk to, clients that hide nothing, and cases."""
