package io.bakstripe.worker.engine.postgres;

import static io.bakstripe.worker.engine.postgres.TestSource.NAME;
import static io.bakstripe.worker.engine.postgres.TestSource.REF;
import static io.bakstripe.worker.host.TestHost.column;
import static io.bakstripe.worker.host.TestHost.execute;
import static org.assertj.core.api.Assertions.assertThat;

import io.bakstripe.protocol.instance.ServerConnection;
import io.bakstripe.protocol.name.Lsn;
import io.bakstripe.protocol.stripe.BackupBasis;
import io.bakstripe.protocol.stripe.Extent;
import io.bakstripe.protocol.stripe.LogChain;
import io.bakstripe.protocol.stripe.LogSpan;
import io.bakstripe.protocol.stripe.StartFacts;
import io.bakstripe.worker.engine.BackupHold;
import io.bakstripe.worker.engine.Engine.SourceAddress;
import io.bakstripe.worker.engine.ExtentReader;
import io.bakstripe.worker.engine.Piece;
import io.bakstripe.worker.host.PostgresRelease;
import io.bakstripe.worker.host.TestHost;
import java.io.ByteArrayOutputStream;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.Parameter;

/** A server whose log is backed up, with what tests do to it. */
abstract class LoggedSource {
    static final String FORK = "fork";
    static final String SLOT = KeptLogSlot.name(REF);

    final PostgresEngine engine = TestSource.engine();

    @TempDir
    Path data;

    @Parameter
    PostgresRelease release;

    TestHost host;
    ServerConnection source;
    SourceAddress role;

    @BeforeEach
    void start() throws Exception {
        host = new TestHost(data, TestHost.settings(""), release);
        source = host.provision("source", "CREATE TABLE t (a int)");
        role = TestSource.backupRole(source, "bk");
        execute(source, "GRANT EXECUTE ON FUNCTION pg_switch_wal() TO bk");
    }

    @AfterEach
    void stop() {
        host.close();
    }

    record Full(StartFacts start, BackupHold.Stop stop) {
        LogChain chain() {
            Lsn next = stop.keptLog().orElseThrow().nextLsn();
            return new LogChain(
                    start.systemIdentifier(),
                    start.timeline(),
                    FORK,
                    next,
                    next,
                    stop.serverTime().orElseThrow());
        }
    }

    record Log(StartFacts start, Lsn lastLsn, List<Extent> segments, Map<String, byte[]> content) {
        LogSpan span() {
            return start.log().orElseThrow();
        }
    }

    Full full() {
        try (BackupHold hold = engine.open(role, TestSource.order("full", BackupBasis.full(true)))) {
            return new Full(hold.start(), hold.stop());
        }
    }

    BackupHold open(LogChain chain) {
        return engine.open(role, TestSource.order("log", BackupBasis.log(chain)));
    }

    Log log(LogChain chain) {
        try (BackupHold hold = open(chain);
                ExtentReader reader = engine.reader(role, NAME)) {
            List<Extent> segments = TestSource.list(hold);
            Map<String, ByteArrayOutputStream> content = new HashMap<>();
            for (Piece piece : TestSource.read(reader, segments)) {
                content.computeIfAbsent(piece.path(), path -> new ByteArrayOutputStream())
                        .writeBytes(piece.bytes());
            }
            hold.verifyOpen();
            BackupHold.Stop stop = hold.stop();
            assertThat(stop.closing()).isEmpty();
            assertThat(stop.serverTime())
                    .contains(hold.start().log().orElseThrow().until());
            Map<String, byte[]> bytes = new HashMap<>();
            content.forEach((path, stream) -> bytes.put(path, stream.toByteArray()));
            return new Log(hold.start(), stop.lastLsn(), segments, bytes);
        }
    }

    LogChain published(LogChain chain, Log log) {
        engine.giveBack(role, REF, NAME, log.lastLsn());
        return chain.extended(log.lastLsn(), log.span().fence());
    }

    String slot(String column) throws Exception {
        return column(source, "SELECT " + column + " FROM pg_replication_slots WHERE slot_name = '" + SLOT + "'")
                .get(0);
    }
}
