package io.bakstripe.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** What a backup is measured against: {@code zstd} over the files of the same data directory, written to the same disk. */
final class Yardstick {
    /** What a backup leaves out, too: log, and what a server makes anew at its start. */
    private static final String FILES = "find . \\( -path ./pg_wal -o -path ./pg_replslot -o -path ./pg_dynshmem"
            + " -o -path ./pg_notify -o -path ./pg_serial -o -path ./pg_snapshots -o -path ./pg_stat_tmp"
            + " -o -path ./pg_subtrans -o -name 'pgsql_tmp*' -o -name 'pg_internal.init*' \\) -prune -o -type f ! -name 'postmaster.*' -print0";

    private final Path data;
    private final Path folder;
    private final int level;
    private final int threads;

    /**
     * @param data the server's data directory
     * @param folder on the same disk, for what is written
     */
    Yardstick(Path data, Path folder, int level, int threads) {
        this.data = data;
        this.folder = folder;
        this.level = level;
        this.threads = threads;
    }

    /** Seconds by the clock, seconds of processor time, bytes on the plain and on the compressed side. */
    record Result(double seconds, double cpuSeconds, long plainBytes, long storedBytes) {}

    /** Reads the files once, so that what is measured next finds them in the page cache, and waits until the disk is quiet. */
    void warm() throws IOException {
        shell(FILES + " | xargs -0 cat > /dev/null && sync");
    }

    Result compress() throws IOException {
        shell(FILES + " | LC_ALL=C sort -z > " + quoted(list()));
        Times times = timed("xargs -0 cat < " + quoted(list()) + " | zstd -" + level + " -T" + threads + " -q -f -o "
                + quoted(compressed()));
        return new Result(times.seconds(), times.cpuSeconds(), plainBytes(), Files.size(compressed()));
    }

    /** Decompresses what {@link #compress} wrote, to the same disk, until it is durable there; the result is removed. */
    Result decompress() throws IOException {
        Path plain = folder.resolve("yardstick.plain");
        try {
            Times times = timed("zstd -d --no-sparse -q -f " + quoted(compressed()) + " -o " + quoted(plain)
                    + " && sync " + quoted(plain));
            return new Result(times.seconds(), times.cpuSeconds(), Files.size(plain), Files.size(compressed()));
        } finally {
            Files.deleteIfExists(plain);
        }
    }

    private long plainBytes() throws IOException {
        long bytes = 0;
        for (String name : Files.readString(list()).split("\0")) {
            bytes += Files.size(data.resolve(name));
        }
        return bytes;
    }

    private Path list() {
        return folder.resolve("yardstick.files");
    }

    private Path compressed() {
        return folder.resolve("yardstick.zst");
    }

    private record Times(double seconds, double cpuSeconds) {}

    private Times timed(String command) throws IOException {
        double cpu = ProcessFacts.endedChildrenCpuSeconds();
        long begin = System.nanoTime();
        shell(command);
        return new Times((System.nanoTime() - begin) / 1e9, ProcessFacts.endedChildrenCpuSeconds() - cpu);
    }

    private void shell(String command) throws IOException {
        Process process = new ProcessBuilder(List.of("bash", "-o", "pipefail", "-c", command))
                .directory(data.toFile())
                .inheritIO()
                .start();
        try {
            int status = process.waitFor();
            if (status != 0) {
                throw new IOException("exit status " + status + " of: " + command);
            }
        } catch (InterruptedException interrupted) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
            throw new IOException("interrupted", interrupted);
        }
    }

    private static String quoted(Path path) {
        return "'" + path.toString().replace("'", "'\\''") + "'";
    }
}
