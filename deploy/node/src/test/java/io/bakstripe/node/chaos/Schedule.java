package io.bakstripe.node.chaos;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import java.util.stream.Collectors;

/**
 * What happens in one random run; the same seed makes the same schedule.
 *
 * @param length after which the store is calm again
 */
record Schedule(long seed, List<Step> steps, Duration length) {
    private static final int LENGTH_MILLIS = 6_000;
    private static final List<String> WHERE = List.of(
            "\"on\": [\"HeadBucket\", \"GetBucketLocation\", \"HeadObject\", \"ListObjects\"]",
            "\"on\": [\"CreateMultipartUpload\"]",
            "\"on\": [\"UploadPart\"]",
            "\"on\": [\"UploadPart\"]",
            "\"on\": [\"ListParts\"]",
            "\"on\": [\"CompleteMultipartUpload\"]",
            "\"on\": [\"CompleteMultipartUpload\"]",
            "\"on\": [\"AbortMultipartUpload\"]",
            "\"on\": [\"GetObject\"]",
            "\"on\": []");
    private static final List<String> FAULTS = List.of(
            "\"fault\": \"error\", \"status\": 500",
            "\"fault\": \"error\", \"status\": 503",
            "\"fault\": \"error\", \"status\": 500, \"executed\": true",
            "\"fault\": \"error\", \"status\": 403",
            "\"fault\": \"error\", \"status\": 404",
            "\"fault\": \"error\", \"status\": 409",
            "\"fault\": \"error\", \"status\": 412",
            "\"fault\": \"error-inside\"",
            "\"fault\": \"error-inside\", \"executed\": true",
            "\"fault\": \"reset\"",
            "\"fault\": \"lost\"",
            "\"fault\": \"lost\"",
            "\"fault\": \"cut\"",
            "\"fault\": \"truncate\"",
            "\"fault\": \"flip\"",
            "\"fault\": \"delay\", \"delayMillis\": 1500",
            "\"fault\": \"freeze\"");
    private static final String FOREIGN =
            "{\"on\": [\"CompleteMultipartUpload\"], \"fault\": \"foreign\", \"after\": %s, \"count\": 1}";

    Schedule {
        steps = List.copyOf(steps);
    }

    static Schedule of(long seed) {
        // Neighbouring seeds would begin with nearly the same numbers.
        Random random = new Random(seed * 0x9E3779B97F4A7C15L);
        List<Step> steps = new ArrayList<>();
        steps.add(new Step.Script(Duration.ZERO, script(seed, random)));
        int tasks = 1 + random.nextInt(3);
        for (int number = 0; number < tasks; number++) {
            Duration at = Duration.ofMillis(random.nextInt(number == 0 ? 300 : LENGTH_MILLIS / 2));
            steps.add(
                    random.nextInt(3) == 0
                            ? new Step.Restore(at, number)
                            : new Step.Backup(at, number, 1 + random.nextInt(5)));
        }
        if (random.nextInt(3) == 0) {
            steps.add(new Step.Kill(Duration.ofMillis(500 + random.nextInt(LENGTH_MILLIS - 500))));
        }
        if (random.nextInt(3) == 0) {
            steps.add(new Step.Cancel(
                    Duration.ofMillis(500 + random.nextInt(LENGTH_MILLIS - 500)), random.nextInt(tasks)));
        }
        if (random.nextInt(3) == 0) {
            steps.add(new Step.Script(
                    Duration.ofMillis(1000 + random.nextInt(LENGTH_MILLIS - 1000)), script(seed + 1, random)));
        }
        steps.sort(Comparator.comparing(Step::at));
        return new Schedule(seed, steps, Duration.ofMillis(LENGTH_MILLIS));
    }

    private static String script(long seed, Random random) {
        List<String> rules = new ArrayList<>();
        for (int i = 1 + random.nextInt(4); i > 0; i--) {
            rules.add("{%s, %s, \"after\": %s, \"count\": %s, \"probability\": %s}"
                    .formatted(
                            WHERE.get(random.nextInt(WHERE.size())),
                            FAULTS.get(random.nextInt(FAULTS.size())),
                            random.nextInt(6),
                            1 + random.nextInt(4),
                            random.nextBoolean() ? "1" : "0.5"));
        }
        if (random.nextInt(6) == 0) {
            rules.add(FOREIGN.formatted(random.nextInt(3)));
        }
        return "{\"seed\": %s, \"rules\": [%s]}".formatted(seed, String.join(",\n    ", rules));
    }

    @Override
    public String toString() {
        return steps.stream()
                .map(step -> "  at %4d ms: %s".formatted(step.at().toMillis(), step))
                .collect(Collectors.joining("\n", "schedule of seed " + seed + ":\n", ""));
    }
}
