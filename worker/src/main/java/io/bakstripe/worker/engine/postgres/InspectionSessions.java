package io.bakstripe.worker.engine.postgres;

import io.bakstripe.protocol.error.BackupError;
import io.bakstripe.protocol.error.BakstripeException;
import io.bakstripe.protocol.name.DatabaseName;
import io.bakstripe.worker.engine.Engine.SourceAddress;
import java.net.SocketTimeoutException;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.NoSuchElementException;
import java.util.Objects;
import java.util.function.Function;
import org.apache.commons.pool2.BaseKeyedPooledObjectFactory;
import org.apache.commons.pool2.PooledObject;
import org.apache.commons.pool2.impl.DefaultPooledObject;
import org.apache.commons.pool2.impl.GenericKeyedObjectPool;
import org.apache.commons.pool2.impl.GenericKeyedObjectPoolConfig;
import org.jspecify.annotations.Nullable;

/**
 * Sessions in which servers are looked at. A login costs both sides many times what the questions cost, so a session is used again for some seconds, by
 * whoever names the same address and login; what is asked in it is asked of the server each time. Only what a login itself tells (password, rules of
 * {@code pg_hba.conf}, right to connect) may be as old as {@link InspectionSettings#keep()}.
 *
 * <p>Thread-safe. A session is open no longer than that and a moment, whether or not it is used; all are closed by {@link #close()}.
 */
final class InspectionSessions implements AutoCloseable {
    private static final Duration SWEEP = Duration.ofSeconds(1);

    private final PostgresSettings settings;
    private final InstantSource clock;
    private final GenericKeyedObjectPool<Asker, Kept> pool;

    /** Who asks; equal to all others with the same address and login. The name of the database is for texts only. */
    private static final class Asker {
        private final SourceAddress address;
        private final DatabaseName display;

        Asker(SourceAddress address, DatabaseName display) {
            this.address = address;
            this.display = display;
        }

        @Override
        public boolean equals(@Nullable Object other) {
            return other instanceof Asker asker && asker.address.equals(address);
        }

        @Override
        public int hashCode() {
            return Objects.hash(address);
        }
    }

    /** A session with the time of its login; {@code used} belongs to whoever has borrowed it. */
    private static final class Kept {
        private final PostgresSession session;
        private final Instant since;
        private boolean used;

        Kept(PostgresSession session, Instant since) {
            this.session = session;
            this.since = since;
        }
    }

    private final class Logins extends BaseKeyedPooledObjectFactory<Asker, Kept> {
        @Override
        public Kept create(Asker asker) {
            return new Kept(
                    PostgresSession.open(
                            asker.address,
                            asker.display,
                            settings,
                            settings.inspectTimeout(),
                            BackupError.DATABASE_UNREACHABLE),
                    clock.instant());
        }

        @Override
        public PooledObject<Kept> wrap(Kept kept) {
            return new DefaultPooledObject<>(kept);
        }

        @Override
        public boolean validateObject(Asker asker, PooledObject<Kept> pooled) {
            // The pool asks for new ones, too, which are there to be used once in any case.
            return !pooled.getObject().used || young(pooled.getObject());
        }

        @Override
        public void destroyObject(Asker asker, PooledObject<Kept> pooled) {
            pooled.getObject().session.close();
        }
    }

    /** @param clock tells how old sessions are */
    InspectionSessions(PostgresSettings settings, InstantSource clock) {
        this.settings = settings;
        this.clock = clock;
        GenericKeyedObjectPoolConfig<Kept> config = new GenericKeyedObjectPoolConfig<>();
        config.setMaxTotal(-1);
        config.setMaxTotalPerKey(settings.inspection().sessions());
        config.setMaxIdlePerKey(settings.inspection().sessions());
        config.setFairness(true);
        config.setMaxWait(settings.inspectTimeout());
        config.setTestOnBorrow(true);
        config.setTestOnReturn(true);
        config.setNumTestsPerEvictionRun(-1);
        config.setTimeBetweenEvictionRuns(SWEEP);
        config.setEvictionPolicy((limits, pooled, idle) -> !young(pooled.getObject()));
        config.setJmxEnabled(false);
        this.pool = new GenericKeyedObjectPool<>(new Logins(), config);
    }

    private boolean young(Kept kept) {
        return clock.instant().isBefore(kept.since.plus(settings.inspection().keep()));
    }

    /**
     * Looks at a server in a session of its own while it looks. One that was kept and turns out lost is replaced by another, so that its loss is no
     * answer. Waits while {@link InspectionSettings#sessions()} others look at the same server.
     *
     * @throws BakstripeException from the catalogue, that of the look included
     */
    <T> T look(SourceAddress address, DatabaseName display, Function<PostgresSession, T> looking) {
        Asker asker = new Asker(address, display);
        while (true) {
            Kept kept = borrow(asker);
            boolean again = kept.used;
            boolean sound = false;
            try {
                kept.used = true;
                T answer = looking.apply(kept.session.forDatabase(display));
                sound = true;
                return answer;
            } catch (BakstripeException failure) {
                sound = !(failure.getCause() instanceof SQLException);
                if (!again || !lost(failure)) {
                    throw failure;
                }
                // What ended this session, for example a restart of the server, has ended the others that are kept.
                pool.clear(asker);
            } finally {
                giveBack(asker, kept, sound);
            }
        }
    }

    private static boolean lost(BakstripeException failure) {
        return failure.problem().error() == BackupError.DATABASE_UNREACHABLE
                && failure.getCause() instanceof SQLException
                // A server that is silent for so long would keep the next session waiting, too.
                && !(failure.getCause().getCause() instanceof SocketTimeoutException);
    }

    private Kept borrow(Asker asker) {
        try {
            return pool.borrowObject(asker);
        } catch (NoSuchElementException allTaken) {
            throw BackupError.DATABASE_UNREACHABLE
                    .problem(
                            asker.display,
                            "none of the " + settings.inspection().sessions()
                                    + " sessions that may look at the server at once became free within "
                                    + settings.inspectTimeout().toMillis() / 1000.0 + " s")
                    .asException(allTaken);
        } catch (BakstripeException failure) {
            throw failure;
        } catch (Exception closed) {
            throw BackupError.DATABASE_UNREACHABLE
                    .problem(asker.display, "the node is stopping")
                    .asException(closed);
        }
    }

    private void giveBack(Asker asker, Kept kept, boolean sound) {
        if (sound) {
            pool.returnObject(asker, kept);
            return;
        }
        try {
            pool.invalidateObject(asker, kept);
        } catch (Exception failedForTheNext) {
            // The pool logs in anew for somebody who waits, and tells us when this fails; who waits finds out himself.
        }
    }

    /** Sessions that are open now, looked through or kept. */
    int open() {
        return pool.getNumActive() + pool.getNumIdle();
    }

    /** Closes what is kept, and what is in use once it is given back. */
    @Override
    public void close() {
        pool.close();
    }
}
