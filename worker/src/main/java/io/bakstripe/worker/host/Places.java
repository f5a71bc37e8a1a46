package io.bakstripe.worker.host;

import io.bakstripe.protocol.instance.KeptDatabase;
import io.bakstripe.protocol.name.AttemptRef;
import io.bakstripe.worker.host.Served.Kept;
import java.io.IOException;
import java.nio.file.Files;
import java.time.Instant;
import java.util.Optional;

/**
 * The two places of a database: the one that is served, and the other one, where a restore that is to replace it goes and where the one that was replaced stays.
 *
 * @param own the directory of the database's name
 */
record Places(ServerDirectory own, Served said) {
    /** As they stand on disk. */
    static Places of(ServerDirectory own) throws IOException {
        return new Places(own, DurableJson.read(own.served(), Served.class).orElse(Served.OWN));
    }

    /** Where the server that may run lies. */
    ServerDirectory served() {
        return said.aside() ? own.aside() : own;
    }

    ServerDirectory other() {
        return said.aside() ? own : own.aside();
    }

    /** Whether the database has been replaced since it was made, even if that was undone. */
    boolean replacedOnce() {
        return Files.exists(own.served());
    }

    Optional<ServerRecord> servedRecord() throws IOException {
        return ServerRecord.read(served().record());
    }

    Optional<ServerRecord> otherRecord() throws IOException {
        return ServerRecord.read(other().record());
    }

    /** The database in the other place, when it is kept. */
    Optional<KeptDatabase> kept() throws IOException {
        Optional<ServerRecord> record = otherRecord();
        return said.kept().flatMap(kept -> record.map(there -> new KeptDatabase(kept.since(), there.recoveryFork())));
    }

    /** Whether this attempt was put in the place of the one that is kept. */
    boolean replacedBy(AttemptRef attempt) {
        return said.kept().filter(kept -> kept.by().equals(attempt.entityId())).isPresent();
    }

    /** The other way round; nothing is written yet. */
    Places swapped(Instant since, String by) {
        return new Places(own, new Served(!said.aside(), Optional.of(new Kept(since, by))));
    }

    /** The other place does not count; nothing is written yet. */
    Places alone() {
        return new Places(own, new Served(said.aside(), Optional.empty()));
    }

    /** Makes it so: the one step by which a database is replaced. */
    void write() throws IOException {
        DurableJson.write(own.served(), said);
    }
}
