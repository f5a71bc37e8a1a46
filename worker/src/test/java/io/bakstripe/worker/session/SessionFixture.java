package io.bakstripe.worker.session;

import io.bakstripe.protocol.instance.Edition;
import io.bakstripe.protocol.instance.InstanceDefinition;
import io.bakstripe.protocol.instance.InstanceView;
import io.bakstripe.protocol.message.SessionCommand.Ensure;
import io.bakstripe.protocol.message.SessionCommand.SessionGoal;
import io.bakstripe.protocol.message.SessionCommand.SessionSpec;
import io.bakstripe.protocol.message.SessionCommand.StoppedEngine;
import io.bakstripe.protocol.name.AttemptRef;
import io.bakstripe.protocol.name.DatabaseName;
import io.bakstripe.protocol.name.DatabaseRef;
import io.bakstripe.protocol.name.InstanceName;
import io.bakstripe.protocol.name.Lsn;
import io.bakstripe.protocol.name.TaskId;
import io.bakstripe.protocol.stripe.Extent;
import io.bakstripe.protocol.stripe.StartFacts;
import io.bakstripe.protocol.stripe.StopFacts;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/** One attempt on a {@link FakeDatabase} and what is recorded of it. */
final class SessionFixture {
    static final AttemptRef ATTEMPT = new AttemptRef(new InstanceName("sandbox"), new TaskId(7), 2);
    static final SessionSpec SPEC = spec();

    /** What is recorded of the stop of the database that {@link #fill} made. */
    static final StoppedEngine STOPPED = new StoppedEngine(
            new StopFacts(new Lsn(4096), Instant.EPOCH.plusSeconds(60), 31, 22_786_000),
            List.of(Extent.inline("backup_label", new byte[100])));

    private SessionFixture() {}

    private static SessionSpec spec() {
        DatabaseName shop = new DatabaseName("shop");
        InstanceDefinition definition = new InstanceDefinition(
                ATTEMPT.instance(),
                1,
                "fake",
                Edition.ENTERPRISE,
                "us-east-1",
                "Europe/Berlin",
                false,
                Optional.empty(),
                List.of());
        return new SessionSpec(
                ATTEMPT, DatabaseRef.of(ATTEMPT.instance(), shop), shop, new InstanceView(definition, true), 3);
    }

    static void fill(FakeDatabase database) {
        database.directories.add("pg_wal");
        for (int i = 0; i < 30; i++) {
            database.file("base/5/" + i, 200_000 + i);
        }
        database.closing.add(Extent.log("pg_wal/000000010000000000000001", 16 << 20));
        database.closing.add(Extent.inline("backup_label", new byte[100]));
        database.closing.add(Extent.control("global/pg_control", 8192));
    }

    /** A tick while nothing is recorded. */
    static Ensure tick(long epoch, SessionGoal goal) {
        return new Ensure(epoch, SPEC, goal, Optional.empty(), Optional.empty());
    }

    /** A tick while it is recorded that the session was opened. */
    static Ensure tickOpened(long epoch, SessionGoal goal) {
        return new Ensure(epoch, SPEC, goal, Optional.of(FakeDatabase.START), Optional.empty());
    }

    /** A tick while the stop is recorded too. */
    static Ensure tickStopped(long epoch, SessionGoal goal) {
        return new Ensure(epoch, SPEC, goal, Optional.of(FakeDatabase.START), Optional.of(STOPPED));
    }

    /** A tick once a log backup is published. */
    static Ensure tickPublished(long epoch) {
        return new Ensure(
                epoch,
                SPEC,
                SessionGoal.END,
                Optional.of(FakeDatabase.START),
                Optional.of(STOPPED),
                Optional.of(STOPPED.facts().lastLsn()));
    }

    /** A tick while it is recorded that another session of this attempt was opened. */
    static Ensure tickOfAnother(long epoch, SessionGoal goal) {
        StartFacts known = FakeDatabase.START;
        StartFacts other = new StartFacts(
                known.engine(),
                known.engineVersion(),
                known.systemIdentifier(),
                known.timeline(),
                new Lsn(known.firstLsn().value() + 1),
                known.segmentBytes(),
                known.timeZone(),
                known.dbname(),
                known.recoveryFork(),
                known.startedAt());
        return new Ensure(epoch, SPEC, goal, Optional.of(other), Optional.empty());
    }
}
