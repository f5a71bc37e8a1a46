package io.bakstripe.coordinator.database;

/** How bytes become the {@code % complete} column: data counts up to 95, the rest belongs to the end in SUCCESS. */
final class Percent {
    static final int STEP = 5;
    static final int ALL_DATA = 95;
    static final int FINISHED = 100;

    private Percent() {}

    /** Percent of the task that {@code done} of {@code total} bytes of data make, rounded down to a step; 0 while the total is unknown. */
    static int of(long done, long total) {
        if (total <= 0) {
            return 0;
        }
        double share = Math.min(1.0, (double) done / total);
        return (int) (share * ALL_DATA) / STEP * STEP;
    }

    /** The line for {@code task_info}. */
    static String line(int percent) {
        return percent + " percent processed.";
    }
}
