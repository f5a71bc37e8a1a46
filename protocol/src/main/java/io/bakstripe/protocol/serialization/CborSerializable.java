package io.bakstripe.protocol.serialization;

/** Marks what travels between nodes as Jackson CBOR; never used for journal events, which have names of their own ({@link NamedEvents}). */
public interface CborSerializable {}
