package io.bakstripe.bench;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Function;

/**
 * The same database backed up and restored in the clear and in each mode of encryption.
 *
 * @param modes by their names, {@link #PLAIN} among them, in the order in which they were measured
 */
record EncryptionRound(Map<String, Both> modes) implements Round {
    static final String PLAIN = "plain";

    /** How fast encrypted backups and restores are to be at least, in the speed of plain ones. */
    private static final Map<String, Double> WANTED = Map.of("encryption-only", 0.8, "authenticated", 0.95);

    EncryptionRound {
        modes = Map.copyOf(modes);
    }

    /** A backup and the restore of its files. */
    record Both(Figures backup, Figures restore) {}

    /** The modes that can be measured beside {@link #PLAIN}. */
    static List<String> known() {
        return WANTED.keySet().stream().sorted().toList();
    }

    /** What is wanted of these modes. */
    static List<Target<EncryptionRound>> targets(List<String> modes) {
        List<Target<EncryptionRound>> targets = new ArrayList<>();
        for (String mode : modes) {
            double wanted = Objects.requireNonNull(WANTED.get(mode));
            String key = mode.replace('-', '_');
            targets.add(Target.atLeast(
                    wanted, key + "_backup", mode + " : plain, backup MB/s", round -> round.speed(mode, Both::backup)));
            targets.add(Target.atLeast(
                    wanted,
                    key + "_restore",
                    mode + " : plain, restore MB/s",
                    round -> round.speed(mode, Both::restore)));
            targets.add(Target.atLeast(
                    wanted,
                    key + "_backup_cpu",
                    "plain : " + mode + ", backup CPU",
                    round -> round.cpu(mode, Both::backup)));
            targets.add(Target.atLeast(
                    wanted,
                    key + "_restore_cpu",
                    "plain : " + mode + ", restore CPU",
                    round -> round.cpu(mode, Both::restore)));
        }
        return targets;
    }

    private Figures of(String mode, Function<Both, Figures> which) {
        return which.apply(Objects.requireNonNull(modes.get(mode), mode));
    }

    /** MB/s of a mode in those of plain. */
    double speed(String mode, Function<Both, Figures> which) {
        return of(mode, which).megabytesPerSecond() / of(PLAIN, which).megabytesPerSecond();
    }

    /** Processor time of plain in that of a mode. */
    double cpu(String mode, Function<Both, Figures> which) {
        return of(PLAIN, which).cpuPerGigabyte() / of(mode, which).cpuPerGigabyte();
    }

    @Override
    public Map<String, Figures> steps() {
        Map<String, Figures> steps = new LinkedHashMap<>();
        modes.keySet().stream().sorted().forEach(mode -> {
            steps.put(mode + " backup", of(mode, Both::backup));
            steps.put(mode + " restore", of(mode, Both::restore));
        });
        return steps;
    }
}
