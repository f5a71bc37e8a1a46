package io.bakstripe.node.chain;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.bakstripe.node.RunningNode;
import io.bakstripe.protocol.instance.ServerConnection;
import io.bakstripe.protocol.name.Lsn;
import io.bakstripe.worker.host.IntegrityCheck;
import io.bakstripe.worker.host.PostgresRelease;
import io.bakstripe.worker.host.PostgresReleases;
import io.bakstripe.worker.host.TestHost;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Random chains of full, differential and log backups under load, restored to random moments by random ways, and compared with what {@link CommitOrder} says.
 *
 * <p>{@code -Dbakstripe.chain.seed=} repeats a run, {@code -Dbakstripe.chain.moments=} restores to more moments than the usual 5.
 */
final class ChainIT {
    private static final int BACKUPS = 9;
    private static final int MOMENTS = Integer.getInteger("bakstripe.chain.moments", 5);

    @TempDir
    Path data;

    /**
     * A backup that was made.
     *
     * @param before a moment of the server's clock before it began
     * @param after a moment after it had ended
     */
    private record Made(String kind, String file, Lsn lastLsn, Instant before, Instant after) {}

    @ParameterizedTest
    @ValueSource(ints = {15, 18})
    void everyMomentOfAChainCanBeRestored(int major) throws Exception {
        long seed = Long.getLong("bakstripe.chain.seed", System.nanoTime());
        Random random = new Random(seed);
        PostgresRelease release = PostgresReleases.of(major);
        try (TestHost source = new TestHost(
                data.resolve("source"),
                TestHost.settings("""
                        bakstripe.worker.host.server-settings {
                          track_commit_timestamp = on, wal_keep_size = 4GB, max_wal_size = 128MB
                          %s
                        }""".formatted(major >= 17 ? "summarize_wal = on" : "")),
                release)) {
            ServerConnection server = source.provision("ledger");
            List<Made> chain = new ArrayList<>();
            try (RunningNode node = start(server, release)) {
                backUp(node.on("known"), server, chain, random);
                CommitOrder order = CommitOrder.of(server, firstLsn(node));
                for (int i = 0; i < MOMENTS; i++) {
                    Instant moment = moment(order, chain, random);
                    String way =
                            "seed %d, PostgreSQL %d, restore %d to %s of %s".formatted(seed, major, i, moment, chain);
                    restore(node.on("sandbox"), "copy" + i, chain, moment, random, way);
                    ServerConnection copy = node.database("copy" + i);
                    Set<Long> held = TestHost.column(copy, "SELECT xid FROM mark").stream()
                            .map(Long::valueOf)
                            .collect(Collectors.toCollection(HashSet::new));
                    assertThat(order.difference(held, moment)).as(way).isEmpty();
                    ChainLoad.requireWhole(copy);
                    assertThat(IntegrityCheck.online(copy)).as(way).isEmpty();
                }
            }
        }
    }

    private void backUp(RunningNode node, ServerConnection server, List<Made> chain, Random random) throws Exception {
        try (ChainLoad load = ChainLoad.start(server, random.nextLong())) {
            chain.add(backUp(node, server, "FULL", chain.size(), random));
            while (chain.size() < BACKUPS) {
                String kind = List.of("LOG", "LOG", "LOG", "DIFFERENTIAL", "DIFFERENTIAL", "FULL")
                        .get(random.nextInt(6));
                chain.add(backUp(node, server, kind, chain.size(), random));
            }
            assertThat(load).isNotNull();
        }
        chain.add(backUp(node, server, "LOG", chain.size(), random));
    }

    private static Made backUp(RunningNode node, ServerConnection server, String kind, int number, Random random)
            throws IOException, SQLException {
        Instant before = clock(server);
        int files = kind.equals("LOG") ? 1 : 1 + random.nextInt(3);
        String file = "arn:aws:s3:::" + RunningNode.BUCKET + "/" + number + (files > 1 ? "-*.bak" : ".bak");
        long task = kind.equals("LOG")
                ? node.submit("rds_backup_log", Map.of("source_db_name", "ledger", "s3_arn_to_backup_to", file))
                : node.submit(
                        "rds_backup_database",
                        Map.of(
                                "source_db_name",
                                "ledger",
                                "s3_arn_to_backup_to",
                                file,
                                "type",
                                kind,
                                "number_of_files",
                                files));
        node.awaitSuccess(task);
        JsonNode newest = node.get("/instances/known/databases/ledger/backup-sets")
                .body()
                .required("backupSets")
                .get(0);
        assertThat(newest.required("type").asText()).isEqualTo(kind);
        return new Made(kind, file, Lsn.parse(newest.required("lastLsn").asText()), before, clock(server));
    }

    private static Instant clock(ServerConnection server) throws SQLException {
        return Instant.parse(TestHost.column(
                        server,
                        "SELECT to_char(clock_timestamp() AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS.US\"Z\"')")
                .get(0));
    }

    private static Lsn firstLsn(RunningNode node) {
        JsonNode sets =
                node.get("/instances/known/databases/ledger/backup-sets").body().required("backupSets");
        return Lsn.parse(sets.get(sets.size() - 1).required("firstLsn").asText());
    }

    /** Any moment behind the first full backup, or exactly that of a commit or an abort. */
    private static Instant moment(CommitOrder order, List<Made> chain, Random random) {
        Instant from = chain.get(0).after();
        Instant to = chain.get(chain.size() - 1).before();
        if (random.nextBoolean()) {
            List<Instant> exact = order.ends().stream()
                    .map(CommitOrder.End::at)
                    .filter(at -> at.isAfter(from) && at.isBefore(to))
                    .toList();
            return exact.get(random.nextInt(exact.size()));
        }
        long micros = Duration.between(from, to).toNanos() / 1000;
        return from.plusNanos(1000 * (1 + (long) (random.nextDouble() * (micros - 2))));
    }

    /** Begins with any full backup that ended before, goes on with any of its differentials or none, then with logs until the moment is in one. */
    private static void restore(
            RunningNode node, String name, List<Made> chain, Instant moment, Random random, String way)
            throws IOException {
        List<Integer> fulls = indexes(chain, "FULL", 0, moment);
        int full = fulls.get(random.nextInt(fulls.size()));
        node.awaitSuccess(restored(node, name, chain.get(full), 1, Map.of()));
        Lsn position = chain.get(full).lastLsn();
        int nextFull = full + 1;
        while (nextFull < chain.size() && !chain.get(nextFull).kind().equals("FULL")) {
            nextFull++;
        }
        List<Integer> differentials = indexes(chain.subList(0, nextFull), "DIFFERENTIAL", full, moment);
        if (!differentials.isEmpty() && random.nextInt(3) > 0) {
            Made differential = chain.get(differentials.get(random.nextInt(differentials.size())));
            node.awaitSuccess(restored(node, name, differential, 1, Map.of("type", "DIFFERENTIAL")));
            position = differential.lastLsn();
        }
        boolean opens = random.nextBoolean();
        for (Made log : chain) {
            if (!log.kind().equals("LOG") || log.lastLsn().compareTo(position) <= 0) {
                continue;
            }
            node.awaitSuccess(restored(node, name, log, opens ? 0 : 1, Map.of("stopat", moment.toString())));
            JsonNode state = node.get("/instances/sandbox/databases/" + name).body();
            if (state.required("state").asText().equals("ONLINE")) {
                assertThat(opens).as(way).isTrue();
                return;
            }
            if (state.required("position").hasNonNull("stoppedAt")) {
                node.awaitSuccess(node.submit("rds_finish_restore", Map.of("db_name", name)));
                return;
            }
        }
        throw new AssertionError("no log reaches the moment: " + way);
    }

    private static List<Integer> indexes(List<Made> chain, String kind, int from, Instant moment) {
        List<Integer> indexes = new ArrayList<>();
        for (int i = from; i < chain.size(); i++) {
            if (chain.get(i).kind().equals(kind) && chain.get(i).after().isBefore(moment)) {
                indexes.add(i);
            }
        }
        return indexes;
    }

    private static long restored(RunningNode node, String name, Made set, int norecovery, Map<String, ?> more) {
        Map<String, Object> call = new java.util.HashMap<>(
                Map.of("restore_db_name", name, "s3_arn_to_restore_from", set.file(), "with_norecovery", norecovery));
        call.putAll(more);
        return node.submit(set.kind().equals("LOG") ? "rds_restore_log" : "rds_restore_database", call);
    }

    private RunningNode start(ServerConnection server, PostgresRelease release) throws IOException {
        Path config = Files.writeString(data.resolve("node.conf"), """
                bakstripe.worker.host.binaries = "%s"
                bakstripe.instances {
                  revision = 2
                  declared = [
                    { name = "known", databases = [
                      { name = "ledger", jdbc-url = "%s", user = "%s", password = "%s", recovery-model = "full" } ] }
                  ]
                }
                """.formatted(
                        release.major() == PostgresReleases.embedded().major() ? "" : release.directory(),
                        server.jdbcUrl(),
                        server.user(),
                        server.password()));
        return RunningNode.start(data.resolve("node"), "--config", config.toString());
    }
}
