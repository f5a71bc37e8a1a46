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

/**
 * The rounds of a run as a table and as JSON.
 *
 * @param parameters what was asked for, and on what machine
 * @param targets of what was measured
 */
record Report<R extends Round>(Map<String, Object> parameters, List<Target<R>> targets, List<R> rounds) {
    private static final double MEGA = 1e6;

    Report {
        parameters = Map.copyOf(parameters);
        targets = List.copyOf(targets);
        rounds = List.copyOf(rounds);
    }

    void print(PrintWriter out) {
        out.printf("%n%s%n%n", parameters);
        out.printf(
                "%-14s %9s %9s %9s %9s   %s%n",
                "step", "seconds", "MB/s", "stored MB", "peak MB", "CPU-s per GB of data");
        for (int index = 0; index < rounds.size(); index++) {
            R round = rounds.get(index);
            out.printf("repetition %d%s%n", index + 1, round.counts().isEmpty() ? "" : ": " + round.counts());
            round.steps().forEach((step, figures) -> line(out, step, figures));
        }
        Target.head(out);
        for (Target<R> target : targets) {
            target.print(out, rounds);
        }
        out.flush();
    }

    private static void line(PrintWriter out, String step, Figures figures) {
        Figures.Cpu cpu = figures.cpu();
        out.printf(
                Locale.ROOT,
                "  %-12s %9.1f %9.1f %9.1f %9.0f   %.2f = node %.2f + database %.2f + store %.2f + restored %.2f%n",
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
        for (Target<R> target : targets) {
            ratios.put(target.key(), target.json(rounds));
        }
        List<Object> repetitions = new ArrayList<>();
        for (R round : rounds) {
            Map<String, Object> steps = new LinkedHashMap<>();
            round.steps().forEach((step, figures) -> steps.put(step, json(figures)));
            steps.putAll(round.counts());
            repetitions.add(steps);
        }
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("parameters", parameters);
        json.put("ratios", ratios);
        json.put("repetitions", repetitions);
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
}
