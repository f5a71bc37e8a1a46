package io.bakstripe.worker.engine.postgres;

import static io.bakstripe.worker.engine.postgres.TestSource.NAME;
import static io.bakstripe.worker.host.TestHost.column;
import static io.bakstripe.worker.host.TestHost.execute;

import io.bakstripe.protocol.instance.ServerConnection;
import io.bakstripe.protocol.stripe.Extent;
import io.bakstripe.worker.engine.BackupHold;
import io.bakstripe.worker.engine.Engine.SourceAddress;
import io.bakstripe.worker.engine.ExtentReader;
import io.bakstripe.worker.engine.Piece;
import io.bakstripe.worker.host.TestHost;
import java.io.IOException;
import java.io.PrintStream;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/**
 * Measures what reading a database costs: fills a server of its own, reads all its files over one connection, verifies their pages, and prints MB/s and
 * CPU seconds per GB, those of the reading thread and those of the server's process apart, and what of the former the checksums took.
 *
 * <p>Arguments: MiB of the database (default 1024), then the sizes of a piece in KiB that are compared.
 */
final class ReadingBenchmark {
    private static final int ROUNDS = 3;
    private static final double TICKS_PER_SECOND = 100;

    private ReadingBenchmark() {}

    @SuppressWarnings("SystemOut") // A program for a terminal.
    public static void main(String[] args) throws Exception {
        long mebibytes = args.length == 0 ? 1024 : Long.parseLong(args[0]);
        List<Integer> pieceKibibytes = args.length < 2
                ? List.of(TestSource.SETTINGS.chunkBytes() >> 10)
                : Stream.of(args).skip(1).map(Integer::valueOf).toList();
        Path data = Files.createTempDirectory("reading-benchmark");
        try (TestHost host = new TestHost(data)) {
            ServerConnection server = host.provision(
                    "source",
                    "CREATE TABLE filler AS SELECT i, repeat(md5(i::text), 30) AS text FROM generate_series(1, "
                            + mebibytes * 1024 + ") i",
                    "CHECKPOINT");
            SourceAddress role = TestSource.backupRole(server, "bk");
            for (int round = 1; round <= ROUNDS; round++) {
                for (int kibibytes : pieceKibibytes) {
                    measure(System.out, server, role, kibibytes);
                }
            }
            execute(server, "DROP TABLE filler");
        } finally {
            remove(data);
        }
    }

    private static void measure(PrintStream out, ServerConnection server, SourceAddress role, int kibibytes)
            throws Exception {
        PostgresSettings settings = new PostgresSettings(
                Duration.ofSeconds(5),
                Duration.ofSeconds(5),
                Duration.ofSeconds(60),
                Duration.ofSeconds(60),
                Duration.ofSeconds(60),
                kibibytes << 10,
                TestSource.SETTINGS.copyBytes(),
                TestSource.SETTINGS.copyRanges(),
                TestSource.SETTINGS.load());
        PostgresEngine engine = TestSource.engine(settings);
        try (BackupHold hold = engine.open(role, TestSource.full("benchmark"));
                ExtentReader reader = engine.reader(role, NAME)) {
            List<Extent> files =
                    TestSource.list(hold).stream().filter(Extent::read).toList();
            String pid = column(
                            server,
                            "SELECT pid FROM pg_stat_activity WHERE usename = 'bk' ORDER BY backend_start DESC LIMIT 1")
                    .get(0);
            double serverBefore = cpuOf(pid);
            long threadBefore = ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime();
            long begun = System.nanoTime();
            long bytes = 0;
            long checking = 0;
            long suspicious = 0;
            reader.begin(files);
            for (Piece piece = reader.next(); piece != null; piece = reader.next()) {
                bytes += piece.bytes().length;
                long before = ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime();
                suspicious += reader.pages().suspects(piece).size();
                checking += ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime() - before;
            }
            double seconds = (System.nanoTime() - begun) / 1e9;
            double thread = (ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime() - threadBefore) / 1e9;
            double gigabytes = bytes / 1e9;
            out.printf(
                    "pieces of %4d KiB: %.2f GB, %4.0f MB/s, reader %.3f CPU-s/GB, of which checksums %.3f,"
                            + " server %.3f CPU-s/GB, %d suspicious%n",
                    kibibytes,
                    gigabytes,
                    bytes / 1e6 / seconds,
                    thread / gigabytes,
                    checking / 1e9 / gigabytes,
                    (cpuOf(pid) - serverBefore) / gigabytes,
                    suspicious);
        }
    }

    /** Seconds of user and system time, as Linux counts them. */
    private static double cpuOf(String pid) throws IOException {
        String stat = Files.readString(Path.of("/proc", pid, "stat"));
        String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ");
        return (Long.parseLong(fields[11]) + Long.parseLong(fields[12])) / TICKS_PER_SECOND;
    }

    private static void remove(Path directory) throws IOException {
        try (Stream<Path> tree = Files.walk(directory)) {
            for (Path path : tree.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(path);
            }
        }
    }
}
