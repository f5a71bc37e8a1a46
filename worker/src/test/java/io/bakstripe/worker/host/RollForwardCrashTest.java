package io.bakstripe.worker.host;

import static io.bakstripe.worker.host.ChainCopies.failed;
import static io.bakstripe.worker.host.TestHost.column;
import static io.bakstripe.worker.host.TestHost.execute;
import static io.bakstripe.worker.host.TestHost.ref;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.bakstripe.protocol.error.BackupError;
import io.bakstripe.protocol.instance.ServerConnection;
import io.bakstripe.protocol.message.HostCommand.WrittenStep;
import io.bakstripe.protocol.name.AttemptRef;
import io.bakstripe.protocol.stripe.RolledTo;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Nodes that die between any two things that a step does, and go on; every step is taken by a node that has just started. */
class RollForwardCrashTest {
    private static final String ROWS = "SELECT i FROM rows ORDER BY i";

    @TempDir
    static Path data;

    private static TestHost host;
    private static ChainSource source;
    private static ChainCopies copies;

    @BeforeAll
    static void startSource() throws Exception {
        host = new TestHost(data);
        ServerConnection shop = host.provision("shop", "CREATE TABLE rows (i int)");
        source = new ChainSource(shop, host.pgdata("shop"));
        copies = new ChainCopies(host.servers(), source);
    }

    @AfterAll
    static void stop() {
        host.close();
    }

    @Test
    void goOnFromEveryStep() throws Exception {
        row(1);
        ChainCopies first = new ChainCopies(host.forgotten().servers(), source);
        RolledTo full = first.full("every");
        row(2);
        RolledTo one = new ChainCopies(host.forgotten().servers(), source).log("every", full.position());
        row(3);
        new ChainCopies(host.forgotten().servers(), source).log("every", one.position());

        assertThat(column(copies.open("every"), ROWS)).contains("1", "2", "3");
    }

    @Test
    void keepAgainWhenTheyDiedBeforeAFullBackupWasRecorded() throws Exception {
        row(11);
        AttemptRef attempt = copies.attempt();
        WrittenStep step = source.full(host.servers().prepare(ref("full"), attempt));
        byte[] prepared = record("full");
        RolledTo kept = copies.keep("full", attempt, step);
        Files.write(path("full"), prepared);

        assertThat(copies.keep("full", attempt, step)).isEqualTo(kept);
        assertThat(copies.keep("full", attempt, step)).isEqualTo(kept);

        assertThat(column(copies.open("full"), ROWS)).contains("11");
    }

    @Test
    void keepALogAgainWhereverTheyDied() throws Exception {
        row(21);
        RolledTo full = copies.full("log");
        execute(source.server(), "SELECT pg_switch_wal()");
        row(22);
        AttemptRef attempt = copies.attempt();
        Path beside = copies.prepareLog("log", attempt, full.position());
        WrittenStep step = source.log(beside);
        byte[] before = record("log");
        List<Path> segments = ChainSource.files(beside);
        assertThat(segments).hasSizeGreaterThan(1);
        Path moved = segments.get(segments.size() - 1);
        Files.move(beside.resolve(moved), host.pgdata("log").resolve(moved));

        RolledTo kept = copies.keep("log", attempt, step);
        Files.write(path("log"), before);
        assertThat(copies.keep("log", attempt, step)).isEqualTo(kept);
        assertThat(copies.keep("log", attempt, step)).isEqualTo(kept);

        assertThat(column(copies.open("log"), ROWS)).contains("21", "22");
    }

    @Test
    void leaveNothingOfALogThatWasBeingKeptWhenItIsDiscarded() throws Exception {
        row(31);
        RolledTo full = copies.full("undone");
        List<String> segments = segments("undone");
        row(32);
        execute(source.server(), "SELECT pg_switch_wal()");
        AttemptRef attempt = copies.attempt();
        WrittenStep step = source.log(copies.prepareLog("undone", attempt, full.position()));
        byte[] before = record("undone");
        copies.keep("undone", attempt, step);
        Files.write(path("undone"), before);
        assertThat(segments("undone")).isNotEqualTo(segments);
        Files.createDirectories(host.root("undone").resolve("pgdata." + attempt.task() + "-1/pg_wal"));

        assertThat(host.servers().discard(ref("undone"), attempt)).isFalse();
        assertThat(host.servers().discard(ref("undone"), attempt)).isFalse();

        assertThat(segments("undone")).isEqualTo(segments);
        assertThat(column(copies.open("undone"), ROWS)).contains("31").doesNotContain("32");
    }

    @Test
    void undoWhatWasKeptWhenNobodyHasHeardOfIt() throws Exception {
        row(41);
        AttemptRef first = copies.attempt();
        WrittenStep full = source.full(host.servers().prepare(ref("unheard"), first));
        copies.keep("unheard", first, full);
        assertThat(host.servers().discard(ref("unheard"), first)).isFalse();
        assertThat(host.root("unheard").toFile().list()).containsExactly("lock");

        RolledTo again = copies.full("unheard");
        row(42);
        AttemptRef second = copies.attempt();
        copies.keep("unheard", second, source.log(copies.prepareLog("unheard", second, again.position())));
        assertThat(host.servers().discard(ref("unheard"), second)).isFalse();
        copies.logFrom("unheard", again.position());

        assertThat(column(copies.open("unheard"), ROWS)).contains("41", "42");
    }

    @Test
    void openAgainWhereverTheyDied() throws Exception {
        row(51);
        RolledTo full = copies.full("opening");
        row(52);
        copies.log("opening", full.position());
        byte[] restoring = record("opening");
        AttemptRef attempt = copies.attempt();
        ServerConnection opened = host.servers().open(ref("opening"), ChainCopies.DISPLAY, attempt, "");
        execute(opened, "INSERT INTO rows VALUES (53)");
        String json = new String(record("opening"), java.nio.charset.StandardCharsets.UTF_8);
        String begun = new String(restoring, java.nio.charset.StandardCharsets.UTF_8);
        String rolled = begun.substring(begun.indexOf("\"restoring\""));

        // Promoted, but not recorded: it is never rolled forward again.
        Files.writeString(
                path("opening"), json.replace("\"OPENED\"", "\"OPENING\"").replaceFirst("\\s*}\\s*$", ", ") + rolled);
        TestHost fresh = host.forgotten();
        assertThat(fresh.servers().open(ref("opening"), ChainCopies.DISPLAY, copies.attempt(), ""))
                .isEqualTo(opened);

        assertThat(column(opened, ROWS)).contains("51", "52", "53");
        assertThat(column(opened, "SELECT timeline_id FROM pg_control_checkpoint()"))
                .containsExactly("2");
    }

    @Test
    void areRestoringAgainWhenAServerDidNotOpen() throws Exception {
        row(61);
        RolledTo full = copies.full("failing");
        row(62);
        RolledTo one = copies.log("failing", full.position());
        HostSettings impatient = TestHost.settings(
                "bakstripe.worker.host { start-timeout = 1ms\nserver-settings { shared_buffers = 16MB } }");
        ManagedServers other = new TestHost(data, impatient).servers();

        assertThatThrownBy(() -> other.open(ref("failing"), ChainCopies.DISPLAY, copies.attempt(), ""))
                .satisfies(failed(BackupError.SERVER_NOT_STARTED));

        row(63);
        copies.log("failing", one.position());
        assertThat(column(copies.open("failing"), ROWS)).contains("61", "62", "63");
    }

    @Test
    void doNotOpenShortOfTheProvenLog() throws Exception {
        row(71);
        RolledTo full = copies.full("short");
        execute(source.server(), "SELECT pg_switch_wal()");
        row(72);
        RolledTo one = copies.log("short", full.position());
        Path last = host.pgdata("short")
                .resolve("pg_wal")
                .resolve(segments("short").get(segments("short").size() - 1));
        Path aside = data.resolve("aside");
        Files.move(last, aside);

        assertThatThrownBy(() -> copies.open("short"))
                .satisfies(failed(BackupError.SERVER_NOT_STARTED))
                .hasMessageContaining("recovery ended before configured recovery target was reached");

        Files.move(aside, last);
        assertThat(one.position()).isGreaterThan(full.position());
        assertThat(column(copies.open("short"), ROWS)).contains("71", "72");
    }

    @Test
    void putTheLogBackThatWasCutForReading() throws Exception {
        row(81);
        RolledTo full = copies.full("cut");
        row(82);
        copies.standBy("cut");
        host.stop("cut");
        // Died while the log was being cut: the segment is aside and its copy not yet in its place.
        Files.delete(
                host.pgdata("cut").resolve("pg_wal").resolve(source.layout().fileName(1, full.position())));

        RolledTo one = copies.log("cut", full.position());

        assertThat(one.position()).isGreaterThan(full.position());
        assertThat(column(copies.open("cut"), ROWS)).contains("81", "82");
        IntegrityCheck.passes(host, "cut");
    }

    private static Path path(String name) {
        return host.root(name).resolve("server.json");
    }

    private static byte[] record(String name) throws Exception {
        return Files.readAllBytes(path(name));
    }

    private static List<String> segments(String name) throws Exception {
        try (Stream<Path> all = Files.list(host.pgdata(name).resolve("pg_wal"))) {
            return all.map(path -> path.getFileName().toString())
                    .filter(file -> file.length() == 24)
                    .sorted()
                    .toList();
        }
    }

    private static void row(int i) throws Exception {
        execute(source.server(), "INSERT INTO rows VALUES (" + i + ")");
    }
}
