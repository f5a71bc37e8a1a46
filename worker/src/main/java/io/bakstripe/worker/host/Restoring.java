package io.bakstripe.worker.host;

import java.util.Optional;

/**
 * What is known of a database that is RESTORING.
 *
 * @param rolled how far it has come
 * @param touchedBy the attempt, an {@code AttemptRef.entityId()}, whose differential may have changed files of it and is not kept; empty when there is none
 * @param standing whether its server is to run so that it can be read
 * @param revocable whether the step that was kept last can still be discarded by its attempt: nothing has come after it
 * @param before what discarding that step goes back to; empty when it made the database
 */
record Restoring(Rolled rolled, String touchedBy, boolean standing, boolean revocable, Optional<Rolled> before) {
    Restoring {
        before = before == null ? Optional.empty() : before;
    }

    /** A database that a full backup made. */
    static Restoring begun(Rolled rolled) {
        return new Restoring(rolled, "", false, true, Optional.empty());
    }

    /** The same rolled forward by another step. */
    Restoring stepped(Rolled further) {
        return new Restoring(further, "", false, true, Optional.of(rolled));
    }

    /** The same with files that an attempt may change. */
    Restoring touched(String attempt) {
        return new Restoring(rolled, attempt, false, false, Optional.empty());
    }

    /** The same with or without a server that can be read. */
    Restoring standing(boolean stands) {
        return new Restoring(rolled, touchedBy, stands, revocable && !stands, before);
    }

    /** The same after a server was started to open it. */
    Restoring irrevocable() {
        return new Restoring(rolled, touchedBy, standing, false, Optional.empty());
    }

    /** Whether files may have been changed by what is not kept. */
    boolean touched() {
        return !touchedBy.isEmpty();
    }
}
