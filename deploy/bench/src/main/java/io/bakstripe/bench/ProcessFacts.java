package io.bakstripe.bench;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/** What Linux tells of processes under {@code /proc}: processor time and peak memory. */
final class ProcessFacts {
    /** Ticks per second of the times in {@code /proc/<pid>/stat}: 100 on every Linux that Java runs on. */
    private static final double TICKS = 100;

    /** Fields of {@code /proc/<pid>/stat} behind the command's name, counted from 0. */
    private static final int USER = 11;

    private static final int SYSTEM = 12;
    private static final int CHILDREN_USER = 13;
    private static final int CHILDREN_SYSTEM = 14;
    private static final double KIB_PER_MB = 1e6 / 1024;

    private ProcessFacts() {}

    /** Seconds of processor time that a process and its ended children took so far; 0 when it is gone. */
    static double cpuSeconds(long pid) {
        List<String> fields = stat(pid);
        return fields.isEmpty()
                ? 0
                : (ticks(fields, USER)
                                + ticks(fields, SYSTEM)
                                + ticks(fields, CHILDREN_USER)
                                + ticks(fields, CHILDREN_SYSTEM))
                        / TICKS;
    }

    /** As {@link #cpuSeconds}, for a process with everything that descends from it now. */
    static double treeCpuSeconds(long pid) {
        try (Stream<ProcessHandle> descendants =
                ProcessHandle.of(pid).map(ProcessHandle::descendants).orElse(Stream.empty())) {
            return cpuSeconds(pid)
                    + descendants.mapToDouble(child -> cpuSeconds(child.pid())).sum();
        }
    }

    /** Bytes that a process, everything that descends from it now, and ended children of those read of files so far, of the page cache or not. */
    static long treeReadBytes(long pid) {
        try (Stream<ProcessHandle> descendants =
                ProcessHandle.of(pid).map(ProcessHandle::descendants).orElse(Stream.empty())) {
            return fact(pid, "io", "rchar:")
                    + descendants
                            .mapToLong(child -> fact(child.pid(), "io", "rchar:"))
                            .sum();
        }
    }

    /** Bytes that a process and its ended children wrote to files and connections so far, to the page cache or through it. */
    static long writtenBytes(long pid) {
        return fact(pid, "io", "wchar:");
    }

    /** Seconds that ended children of this process, and theirs, took so far. */
    static double endedChildrenCpuSeconds() {
        List<String> fields = stat(ProcessHandle.current().pid());
        return (ticks(fields, CHILDREN_USER) + ticks(fields, CHILDREN_SYSTEM)) / TICKS;
    }

    /** The most memory that a process had resident since {@link #forgetPeak}, in MB (10^6 bytes). */
    static double peakMegabytes(long pid) {
        return fact(pid, "status", "VmHWM:") / KIB_PER_MB;
    }

    /** Begins a new measurement of {@link #peakMegabytes}. */
    static void forgetPeak(long pid) {
        try {
            Files.writeString(Path.of("/proc", Long.toString(pid), "clear_refs"), "5");
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        }
    }

    /** The number behind a key in a file of {@code /proc/<pid>}; 0 when the process is gone. */
    private static long fact(long pid, String file, String key) {
        return lines(pid, file).stream()
                .filter(line -> line.startsWith(key))
                .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")))
                .findFirst()
                .orElse(0);
    }

    private static double ticks(List<String> fields, int index) {
        return Double.parseDouble(fields.get(index));
    }

    private static List<String> stat(long pid) {
        List<String> lines = lines(pid, "stat");
        if (lines.isEmpty()) {
            return List.of();
        }
        // The command's name may hold blanks and brackets; what follows the last bracket does not.
        String line = lines.get(0);
        return List.of(line.substring(line.lastIndexOf(')') + 2).trim().split(" "));
    }

    /** A file of {@code /proc/<pid>}; empty when the process is gone. */
    private static List<String> lines(long pid, String file) {
        try {
            return Files.readAllLines(Path.of("/proc", Long.toString(pid), file));
        } catch (NoSuchFileException ended) {
            return List.of();
        } catch (IOException failed) {
            // A process that ends while it is read answers so.
            if (String.valueOf(failed.getMessage()).contains("No such process")) {
                return List.of();
            }
            throw new UncheckedIOException(failed);
        }
    }
}
