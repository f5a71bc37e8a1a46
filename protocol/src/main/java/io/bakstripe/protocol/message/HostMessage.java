package io.bakstripe.protocol.message;

/** What a host agent understands: the commands of {@link HostCommand} and private messages of its own. */
public interface HostMessage {}
