package io.bakstripe.worker.engine.postgres;

import static io.bakstripe.worker.engine.postgres.TestSource.NAME;
import static org.assertj.core.api.Assertions.assertThat;

import io.bakstripe.protocol.instance.ServerConnection;
import io.bakstripe.protocol.stripe.Extent;
import io.bakstripe.protocol.stripe.ExtentKind;
import io.bakstripe.protocol.stripe.StartFacts;
import io.bakstripe.protocol.stripe.StopFacts;
import io.bakstripe.worker.engine.BackupHold;
import io.bakstripe.worker.engine.Engine.SourceAddress;
import io.bakstripe.worker.engine.ExtentReader;
import io.bakstripe.worker.host.TestHost;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/** Full backups written straight into a directory, without stripes and stores between. */
final class PlainBackup {
    private PlainBackup() {}

    /** Backs up a server as its superuser; gives what the closing consisted of. */
    static List<Extent> take(ServerConnection source, Path target) throws Exception {
        PostgresEngine engine = TestSource.engine();
        SourceAddress address = TestHost.address(source);
        try (BackupHold hold = engine.open(address, TestSource.full("plain"));
                ExtentReader reader = engine.reader(address, NAME)) {
            TestSource.restore(reader, TestSource.list(hold), target);
            return close(hold, reader, target, source, address);
        }
    }

    /** Ends a backup whose data lies in the directory already. */
    static List<Extent> close(
            BackupHold hold, ExtentReader reader, Path target, ServerConnection source, SourceAddress address)
            throws Exception {
        BackupHold.Stop stop = hold.stop();
        assertThat(stop.lastLsn()).isGreaterThan(hold.start().firstLsn());
        assertThat(stop.closing()).extracting(Extent::kind).contains(ExtentKind.LOG, ExtentKind.INLINE);
        assertThat(stop.closing().get(stop.closing().size() - 1).kind()).isEqualTo(ExtentKind.CONTROL);
        // The slot, not luck, keeps the log: two checkpoints would remove or recycle what nobody holds.
        TestHost.execute(source, "SELECT pg_switch_wal()", "CHECKPOINT", "SELECT pg_switch_wal()", "CHECKPOINT");
        TestSource.restore(reader, resumed(hold.start(), stop, address), target);
        return stop.closing();
    }

    /** What the backup names when it is taken up after its stop. */
    private static List<Extent> resumed(StartFacts start, BackupHold.Stop stop, SourceAddress address) {
        List<Extent> inline = stop.closing().stream()
                .filter(extent -> extent.kind() == ExtentKind.INLINE)
                .toList();
        StopFacts facts = new StopFacts(
                stop.lastLsn(), stop.stoppedAt(), 1, 1, Optional.empty(), stop.serverTime(), stop.keptLog());
        try (BackupHold resumed =
                TestSource.engine().resume(address, TestSource.full("resumed"), start, facts, inline)) {
            assertThat(resumed.stop()).isEqualTo(stop);
            return resumed.stop().closing();
        }
    }
}
