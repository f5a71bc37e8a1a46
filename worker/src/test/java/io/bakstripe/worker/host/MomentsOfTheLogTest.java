package io.bakstripe.worker.host;

import static io.bakstripe.worker.host.TestHost.column;
import static io.bakstripe.worker.host.TestHost.execute;
import static io.bakstripe.worker.host.TestHost.ref;
import static org.assertj.core.api.Assertions.assertThat;

import io.bakstripe.protocol.instance.ServerConnection;
import io.bakstripe.protocol.message.HostCommand.WrittenStep;
import io.bakstripe.protocol.name.AttemptRef;
import io.bakstripe.protocol.name.Lsn;
import io.bakstripe.protocol.stripe.RolledTo;
import io.bakstripe.worker.wal.LogFiles;
import io.bakstripe.worker.wal.LogReader;
import io.bakstripe.worker.wal.LogRecord;
import io.bakstripe.worker.wal.TransactionEnd;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.AfterParameterizedClassInvocation;
import org.junit.jupiter.params.BeforeParameterizedClassInvocation;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.MethodSource;

/** Moments to stop at that are those of commits themselves, of a clock that stood still or went back, and of times in which nothing happened. */
@ParameterizedClass
@MethodSource(PostgresReleases.EACH)
class MomentsOfTheLogTest {
    private static final String ROWS = "SELECT i FROM rows ORDER BY i";
    private static final Instant Y2K = Instant.parse("2000-01-01T00:00:00Z");
    private static final int CHECKSUM_AT = 20;

    @TempDir
    static Path parent;

    @Parameter
    PostgresRelease release;

    private static TestHost host;
    private static ChainSource source;
    private static ChainCopies copies;

    @BeforeParameterizedClassInvocation
    static void startSource(PostgresRelease release) throws Exception {
        host = new TestHost(
                parent.resolve(release.toString()),
                TestHost.settings(
                        "bakstripe.worker.host.server-settings { track_commit_timestamp = on, autovacuum = off }"),
                release);
        ServerConnection shop = host.provision("shop", "CREATE TABLE rows (i int)");
        source = new ChainSource(shop, host.pgdata("shop"));
        copies = new ChainCopies(host.servers(), source);
    }

    @AfterParameterizedClassInvocation
    static void stop() {
        host.close();
    }

    @Test
    void leaveOutWhatWasCommittedAtThemAndTakeWhatWasCommittedAMicrosecondBefore() throws Exception {
        execute(source.server(), "TRUNCATE rows");
        RolledTo full = copies.full("exact");
        row(1);
        row(2);
        row(3);
        Instant second = OffsetDateTime.parse(column(
                                source.server(),
                                "SELECT to_char(pg_xact_commit_timestamp(xmin) AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS.US\"Z\"')"
                                        + " FROM rows WHERE i = 2")
                        .get(0))
                .toInstant();
        AttemptRef attempt = copies.attempt();
        WrittenStep step = source.log(copies.prepareLog("exact", attempt, full.position()));

        RolledTo at = copies.keep("exact", attempt, ChainSource.stopping(step, second));
        assertThat(at.stopped()).isTrue();
        assertThat(at.lastCommit().orElseThrow()).isBefore(second);
        RolledTo behind = again("exact", at.position(), second.plus(1, ChronoUnit.MICROS));
        assertThat(behind.stopped()).isTrue();
        assertThat(behind.lastCommit()).contains(second);

        assertThat(column(copies.open("exact"), ROWS)).containsExactly("1", "2");
    }

    @Test
    void areReachedOnAQuietDatabaseByItsBackupsThemselves() throws Exception {
        RolledTo full = copies.full("quiet");
        execute(source.server(), "SELECT pg_sleep(0.01)");
        Instant first = source.now();
        execute(source.server(), "SELECT pg_sleep(0.01)");
        RolledTo one = copies.log("quiet", full.position(), first);
        assertThat(one.stopped()).isTrue();
        RolledTo whole = copies.logFrom("quiet", one.position());
        assertThat(whole.stopped()).isFalse();
        Instant second = source.now();

        RolledTo late = copies.log("quiet", whole.position(), second.plusSeconds(60));
        assertThat(late.stopped()).isFalse();
        RolledTo two = copies.log("quiet", late.position(), source.now().minusMillis(1));

        assertThat(two.position()).isGreaterThanOrEqualTo(late.position());
        assertThat(host.servers().exists(ref("quiet"))).isFalse();
        copies.open("quiet");
        IntegrityCheck.passes(host, "quiet");
    }

    @Test
    void stopAtTheFirstCommitInTheOrderOfTheLogThatIsNotBefore() throws Exception {
        // Of these the second and the third have one time, and the fourth is earlier than all.
        long[] seconds = {0, 10, 10, -60, 20};
        Instant noon = source.now().truncatedTo(ChronoUnit.SECONDS).plusSeconds(3600);

        assertThat(rowsUntil("equal", seconds, noon, noon.plusSeconds(10))).containsExactly("101");
        assertThat(rowsUntil("behind", seconds, noon, noon.plusSeconds(10).plus(1, ChronoUnit.MICROS)))
                .containsExactly("101", "102", "103", "104");
        assertThat(rowsUntil("back", seconds, noon, noon.minusSeconds(30))).isEmpty();
        assertThat(rowsUntil("never", seconds, noon, noon.plusSeconds(21)))
                .containsExactly("101", "102", "103", "104", "105");
    }

    /** Commits rows one by one, gives their commits other times, and restores up to a moment. */
    private List<String> rowsUntil(String name, long[] seconds, Instant noon, Instant moment) throws Exception {
        execute(source.server(), "TRUNCATE rows");
        RolledTo full = copies.full(name);
        execute(source.server(), "SELECT pg_switch_wal()");
        List<Lsn> marks = new ArrayList<>();
        for (int i = 0; i < seconds.length; i++) {
            marks.add(written());
            row(101 + i);
        }
        marks.add(written());
        AttemptRef attempt = copies.attempt();
        Path beside = copies.prepareLog(name, attempt, full.position());
        WrittenStep step = source.log(beside);
        int changed = retime(beside.resolve("pg_wal"), marks, seconds, noon);
        assertThat(changed).isEqualTo(seconds.length);

        RolledTo rolled = copies.keep(name, attempt, ChainSource.stopping(step, moment));
        assertThat(rolled.stopped()).isEqualTo(moment.isBefore(noon.plusSeconds(21)));
        return column(copies.open(name), ROWS);
    }

    private static int retime(Path log, List<Lsn> marks, long[] seconds, Instant noon) throws Exception {
        int changed = 0;
        try (LogFiles files = new LogFiles(log, 1, source.layout())) {
            Lsn segment = source.layout().segmentOf(marks.get(0));
            Lsn from = LogReader.firstRecord(files.pages(), segment).orElseThrow();
            LogReader reader = new LogReader(files.pages(), from, TransactionEnd::is);
            for (Optional<LogRecord> next = reader.next(); next.isPresent(); next = reader.next()) {
                Lsn begin = next.get().head().begin();
                for (int i = 0; i < seconds.length; i++) {
                    if (begin.compareTo(marks.get(i)) >= 0 && begin.compareTo(marks.get(i + 1)) < 0) {
                        retime(files, next.get(), noon.plusSeconds(seconds[i]));
                        changed++;
                    }
                }
            }
        }
        return changed;
    }

    private static void retime(LogFiles files, LogRecord record, Instant moment) throws Exception {
        byte[] time = ByteBuffer.allocate(Long.BYTES)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putLong(ChronoUnit.MICROS.between(Y2K, moment))
                .array();
        byte[] content = record.content().clone();
        System.arraycopy(time, 0, content, record.mainDataAt(), time.length);
        LogRecord changed = new LogRecord(record.head(), record.end(), record.magic(), content);
        files.overwrite(record.head().begin(), record.mainDataAt(), time);
        files.overwrite(
                record.head().begin(),
                CHECKSUM_AT,
                ByteBuffer.allocate(Integer.BYTES)
                        .order(ByteOrder.LITTLE_ENDIAN)
                        .putInt(changed.checksum())
                        .array());
    }

    private static Lsn written() throws Exception {
        return Lsn.parse(
                column(source.server(), "SELECT pg_current_wal_insert_lsn()").get(0));
    }

    private static RolledTo again(String name, Lsn position, Instant moment) throws Exception {
        AttemptRef attempt = copies.attempt();
        Path beside = copies.prepareLog(name, attempt, position);
        return copies.keep(name, attempt, ChainSource.stopping(source.logFrom(position, beside), moment));
    }

    private static void row(int i) throws Exception {
        execute(source.server(), "INSERT INTO rows VALUES (" + i + ")");
    }
}
