package io.bakstripe.bench;

import io.bakstripe.bench.EncryptionRound.Both;
import io.bakstripe.bench.Figures.Cpu;
import io.bakstripe.node.sandbox.Sandbox;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code deploy/bench/run encryption}: what encryption costs a backup and a restore. */
@Command(
        name = "encryption",
        sortOptions = false,
        description = {
            "Backs the same database up and restores it in the clear and in each mode of encryption, in turn and in another order",
            "each time, after a first round that is not counted. Says whose ciphers the node used."
        })
final class EncryptionCommand extends SizedCommand {
    private static final String SOURCE = Sandbox.SHOP.value();

    @Option(
            names = "--modes",
            split = ",",
            description = "Modes to measure beside plain: ${DEFAULT-VALUE}.",
            defaultValue = "encryption-only,authenticated")
    private List<String> modes = List.of();

    @Mixin
    private final Compression compression = new Compression();

    @Mixin
    private final Profiler profiler = new Profiler();

    private int copies;

    EncryptionCommand() {
        super("1g", 3);
    }

    @Override
    void measure(PrintWriter out, Path folder, Path json) throws IOException, SQLException {
        for (String mode : modes) {
            if (!EncryptionRound.known().contains(mode)) {
                throw new IllegalStateException("--modes knows " + EncryptionRound.known() + ", not " + mode);
            }
        }
        say(out, "starting a node in " + folder);
        try (BenchNode node = start(folder, compression.environment())) {
            say(out, "ciphers: " + node.ciphers());
            say(out, "filling the database");
            long filled = SampleDatabase.fill(node.source(), bytes(), 1);
            MeasuredTasks tasks = new MeasuredTasks(node, profiler);
            Yardstick files = compression.yardstick(node.pgdata(SOURCE), folder);
            List<String> order = new ArrayList<>(List.of(EncryptionRound.PLAIN));
            order.addAll(modes);
            say(out, "warming up");
            for (String mode : order) {
                both(node, tasks, files, mode);
            }
            List<EncryptionRound> rounds = new ArrayList<>();
            for (int number = 1; number <= repeat(); number++) {
                say(out, "measuring, " + number + " of " + repeat() + "; load of the machine: " + load());
                Map<String, Both> measured = new LinkedHashMap<>();
                for (String mode : order) {
                    measured.put(mode, both(node, tasks, files, mode));
                }
                rounds.add(new EncryptionRound(measured));
                Collections.rotate(order, 1);
            }
            Report<EncryptionRound> report =
                    new Report<>(parameters(node, filled), EncryptionRound.targets(modes), rounds);
            report.print(out);
            report.write(json);
        }
    }

    private Both both(BenchNode node, MeasuredTasks tasks, Yardstick files, String mode)
            throws IOException, SQLException {
        String copy = "bench_copy_" + ++copies;
        Map<String, Object> backup = new HashMap<>(Tasks.backup(node, SOURCE, stripes()));
        Map<String, Object> restore = new HashMap<>(Map.of(
                "restore_db_name", copy, "s3_arn_to_restore_from", "arn:aws:s3:::" + node.bucket() + "/bench-*.bak"));
        if (!mode.equals(EncryptionRound.PLAIN)) {
            backup.put("kms_master_key_arn", node.key());
            restore.put("kms_master_key_arn", node.key());
        }
        if (mode.equals("authenticated")) {
            backup.put("encryption_mode", mode);
        }
        files.warm();
        Figures stored = tasks.run("rds_backup_database", backup).figures();
        files.warm();
        Figures read = tasks.run("rds_restore_database", restore).figures();
        Cpu cpu = read.cpu();
        double restored = ProcessFacts.treeCpuSeconds(node.serverPid(copy));
        SampleDatabase.compareAndDrop(node.source(), node.database(copy));
        return new Both(
                stored,
                new Figures(
                        read.seconds(),
                        read.plainBytes(),
                        stored.storedBytes(),
                        new Cpu(cpu.node(), cpu.database(), cpu.store(), restored),
                        read.peakMegabytes()));
    }

    private Map<String, Object> parameters(BenchNode node, long filled) throws IOException {
        Map<String, Object> parameters = new LinkedHashMap<>();
        parameters.put("databaseBytes", filled);
        parameters.put("stripes", stripes());
        parameters.put("ciphers", node.ciphers());
        parameters.putAll(compression.parameters());
        parameters.putAll(machine());
        return parameters;
    }
}
