package io.bakstripe.protocol.message;

/** What a backup session understands: the commands of {@link SessionCommand} and private messages of its own. */
public interface SessionMessage {}
