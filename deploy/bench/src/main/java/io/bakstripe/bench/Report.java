package io.bakstripe.bench;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.ToDoubleFunction;

/**
 * The repetitions of a run as a table and as JSON.
 *
 * @param parameters what was asked for, and on what machine
 */
record Report(Map<String, Object> parameters, List<Repetition> repetitions) {
    private static final double MEGA = 1e6;

    Report {
        parameters = Map.copyOf(parameters);
        repetitions = List.copyOf(repetitions);
    }

    /** The ratios that the project wants to reach. */
    private enum Target {
        BACKUP_SPEED("backup MB/s : zstd MB/s", 0.6, true, Repetition::backupSpeed),
        BACKUP_CPU("zstd CPU : backup CPU", 0.6, true, Repetition::backupCpu),
        RESTORE_SPEED("restore MB/s : zstd -d MB/s", 0.6, true, Repetition::restoreSpeed),
        RESTORE_CPU("zstd -d CPU : restore CPU", 0.6, true, Repetition::restoreCpu),
        STORED("stored bytes : zstd's", 1.05, false, Repetition::stored),
        BACKUP_PEAK(
                "peak RSS of the node, backup, MB",
                943.7,
                false,
                one -> one.backup().peakMegabytes()),
        RESTORE_PEAK(
                "peak RSS of the node, restore, MB",
                943.7,
                false,
                one -> one.restore().peakMegabytes());

        private final String label;
        private final double limit;
        private final boolean atLeast;
        private final ToDoubleFunction<Repetition> value;

        Target(String label, double limit, boolean atLeast, ToDoubleFunction<Repetition> value) {
            this.label = label;
            this.limit = limit;
            this.atLeast = atLeast;
            this.value = value;
        }

        boolean holds(double reached) {
            return atLeast ? reached >= limit : reached <= limit;
        }
    }

    void print(PrintWriter out) {
        out.printf("%n%s%n%n", parameters);
        out.printf(
                "%-12s %9s %9s %9s %9s   %s%n",
                "step", "seconds", "MB/s", "stored MB", "peak MB", "CPU-s per GB of data");
        for (int index = 0; index < repetitions.size(); index++) {
            Repetition one = repetitions.get(index);
            out.printf("repetition %d%n", index + 1);
            line(out, "zstd", one.zstd());
            line(out, "backup", one.backup());
            line(out, "zstd -d", one.unzstd());
            line(out, "restore", one.restore());
        }
        out.printf("%n%-36s %9s %9s %9s%n", "ratio", "minimum", "median", "target");
        for (Target target : Target.values()) {
            double median = median(target.value);
            out.printf(
                    Locale.ROOT,
                    "%-36s %9.3f %9.3f %s %7.2f  %s%n",
                    target.label,
                    minimum(target.value),
                    median,
                    target.atLeast ? ">=" : "<=",
                    target.limit,
                    target.holds(median) ? "reached" : "MISSED");
        }
        out.flush();
    }

    private static void line(PrintWriter out, String step, Figures figures) {
        Figures.Cpu cpu = figures.cpu();
        out.printf(
                Locale.ROOT,
                "  %-10s %9.1f %9.1f %9.1f %9.0f   %.2f = node %.2f + database %.2f + store %.2f + restored %.2f%n",
                step,
                figures.seconds(),
                figures.megabytesPerSecond(),
                figures.storedBytes() / MEGA,
                figures.peakMegabytes(),
                figures.cpuPerGigabyte(),
                figures.perGigabyte(cpu.node()),
                figures.perGigabyte(cpu.database()),
                figures.perGigabyte(cpu.store()),
                figures.perGigabyte(cpu.restored()));
    }

    /** Writes the run as JSON. */
    void write(Path file) throws IOException {
        Map<String, Object> ratios = new LinkedHashMap<>();
        for (Target target : Target.values()) {
            Map<String, Object> ratio = new LinkedHashMap<>();
            ratio.put("minimum", minimum(target.value));
            ratio.put("median", median(target.value));
            ratio.put(target.atLeast ? "atLeast" : "atMost", target.limit);
            ratio.put("reached", target.holds(median(target.value)));
            ratios.put(target.name().toLowerCase(Locale.ROOT), ratio);
        }
        List<Object> rounds = new ArrayList<>();
        for (Repetition one : repetitions) {
            Map<String, Object> steps = new LinkedHashMap<>();
            steps.put("zstd", json(one.zstd()));
            steps.put("backup", json(one.backup()));
            steps.put("unzstd", json(one.unzstd()));
            steps.put("restore", json(one.restore()));
            rounds.add(steps);
        }
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("parameters", parameters);
        json.put("ratios", ratios);
        json.put("repetitions", rounds);
        Files.write(
                file,
                new ObjectMapper().enable(SerializationFeature.INDENT_OUTPUT).writeValueAsBytes(json));
    }

    private static Map<String, Object> json(Figures figures) {
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("seconds", figures.seconds());
        json.put("megabytesPerSecond", figures.megabytesPerSecond());
        json.put("plainBytes", figures.plainBytes());
        json.put("storedBytes", figures.storedBytes());
        json.put("peakMegabytes", figures.peakMegabytes());
        json.put("cpuSecondsPerGigabyte", figures.cpuPerGigabyte());
        json.put("cpuSecondsPerGigabyteNode", figures.perGigabyte(figures.cpu().node()));
        json.put(
                "cpuSecondsPerGigabyteDatabase",
                figures.perGigabyte(figures.cpu().database()));
        json.put("cpuSecondsPerGigabyteStore", figures.perGigabyte(figures.cpu().store()));
        json.put(
                "cpuSecondsPerGigabyteRestored",
                figures.perGigabyte(figures.cpu().restored()));
        return json;
    }

    private double minimum(ToDoubleFunction<Repetition> value) {
        return repetitions.stream().mapToDouble(value).min().orElse(0);
    }

    private double median(ToDoubleFunction<Repetition> value) {
        double[] sorted = repetitions.stream().mapToDouble(value).sorted().toArray();
        int half = sorted.length / 2;
        return sorted.length % 2 == 1 ? sorted[half] : (sorted[half - 1] + sorted[half]) / 2;
    }
}
