package io.bakstripe.bench;

/**
 * What one measured step took.
 *
 * @param seconds by the clock
 * @param plainBytes of the database
 * @param storedBytes in the store or in the compressed file
 * @param cpu seconds of processor time by process
 * @param peakMegabytes resident memory of the node at its peak, in MB (10^6 bytes); 0 for the yardstick
 */
record Figures(double seconds, long plainBytes, long storedBytes, Cpu cpu, double peakMegabytes) {
    private static final double MEGA = 1e6;
    private static final double GIGA = 1e9;

    /**
     * Seconds of processor time.
     *
     * @param node the node; for the yardstick everything
     * @param database the server that is read
     * @param store the object store
     * @param restored the server that was restored
     */
    record Cpu(double node, double database, double store, double restored) {
        double total() {
            return node + database + store + restored;
        }

        /** What was taken between an earlier look and this one. */
        Cpu since(Cpu before) {
            return new Cpu(node - before.node, database - before.database, store - before.store, restored);
        }
    }

    static Figures of(Yardstick.Result result) {
        return new Figures(
                result.seconds(), result.plainBytes(), result.storedBytes(), new Cpu(result.cpuSeconds(), 0, 0, 0), 0);
    }

    double megabytesPerSecond() {
        return plainBytes / MEGA / seconds;
    }

    /** 0 when there were no bytes. */
    double perGigabyte(double cpuSeconds) {
        return plainBytes == 0 ? 0 : cpuSeconds / (plainBytes / GIGA);
    }

    double cpuPerGigabyte() {
        return perGigabyte(cpu.total());
    }

    double ratio() {
        return (double) plainBytes / storedBytes;
    }
}
