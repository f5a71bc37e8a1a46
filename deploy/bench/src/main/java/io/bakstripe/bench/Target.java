package io.bakstripe.bench;

import java.io.PrintWriter;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.ToDoubleFunction;

/**
 * A ratio that the project wants to reach; the median of all rounds decides.
 *
 * @param key in the JSON
 * @param atLeast or at most
 */
record Target<R>(String key, String label, boolean atLeast, double limit, ToDoubleFunction<R> value) {
    static <R> Target<R> atLeast(double limit, String key, String label, ToDoubleFunction<R> value) {
        return new Target<>(key, label, true, limit, value);
    }

    static <R> Target<R> atMost(double limit, String key, String label, ToDoubleFunction<R> value) {
        return new Target<>(key, label, false, limit, value);
    }

    /** The line above what {@link #print} prints. */
    static void head(PrintWriter out) {
        out.printf("%n%-44s %9s %9s %9s %9s%n", "ratio", "minimum", "median", "maximum", "target");
    }

    void print(PrintWriter out, List<R> rounds) {
        double[] sorted = sorted(rounds);
        out.printf(
                Locale.ROOT,
                "%-44s %9.3f %9.3f %9.3f %s %6.2f  %s%n",
                label,
                sorted[0],
                median(sorted),
                sorted[sorted.length - 1],
                atLeast ? ">=" : "<=",
                limit,
                reached(sorted) ? "reached" : "MISSED");
    }

    Map<String, Object> json(List<R> rounds) {
        double[] sorted = sorted(rounds);
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("minimum", sorted[0]);
        json.put("median", median(sorted));
        json.put("maximum", sorted[sorted.length - 1]);
        json.put(atLeast ? "atLeast" : "atMost", limit);
        json.put("reached", reached(sorted));
        return json;
    }

    private double[] sorted(List<R> rounds) {
        return rounds.stream().mapToDouble(value).sorted().toArray();
    }

    private boolean reached(double[] sorted) {
        return atLeast ? median(sorted) >= limit : median(sorted) <= limit;
    }

    /** Of numbers in their order. */
    static double median(double[] sorted) {
        return (sorted[(sorted.length - 1) / 2] + sorted[sorted.length / 2]) / 2;
    }
}
