package io.bakstripe.protocol.message;

/** What an instance coordinator understands: the commands below and private messages of its own. */
public interface InstanceMessage {}
