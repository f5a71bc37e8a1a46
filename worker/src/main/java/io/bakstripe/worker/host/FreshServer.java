package io.bakstripe.worker.host;

import java.util.List;
import java.util.OptionalInt;

/**
 * What a server is to be like that is made from nothing.
 *
 * @param major its version; the newest that the host has when empty
 * @param initdb further arguments of {@code initdb}, for example {@code --wal-segsize=64}
 */
record FreshServer(OptionalInt major, List<String> initdb) {
    static final FreshServer USUAL = new FreshServer(OptionalInt.empty(), List.of());

    FreshServer {
        initdb = List.copyOf(initdb);
    }
}
