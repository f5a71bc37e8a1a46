package io.bakstripe.node;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** What Linux tells of a process's memory. */
final class ResidentMemory {
    /** What a node may have resident at its peak, in bytes, whatever it backs up. */
    static final long LIMIT = 900L << 20;

    private ResidentMemory() {}

    /** The most that the process had resident since it was started, in bytes. */
    static long peakBytes(long pid) throws IOException {
        return Files.readAllLines(Path.of("/proc", Long.toString(pid), "status")).stream()
                .filter(line -> line.startsWith("VmHWM:"))
                .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")) << 10)
                .findFirst()
                .orElseThrow();
    }
}
