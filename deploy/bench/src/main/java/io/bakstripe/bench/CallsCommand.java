package io.bakstripe.bench;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import io.bakstripe.api.auth.TokenText;
import io.bakstripe.api.cli.ApiClient;
import io.bakstripe.api.cli.ApiRefusal;
import io.bakstripe.protocol.instance.Login;
import io.bakstripe.protocol.instance.Role;
import io.bakstripe.protocol.instance.ServerConnection;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongFunction;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code deploy/bench/run calls}: how many calls a second a node refuses, and how many it makes tasks of. */
@Command(
        name = "calls",
        description = {
            "Calls procedures over HTTP with several callers at a time, each waiting for its answer, on the embedded journal.",
            "Refused calls are, in equal shares: a malformed parameter (400), a database that is not known (404), a log backup of a",
            "database in recovery model simple (409). They are called as the master and as a declared login with a bcrypt hash.",
            "Accepted ones are full backups of 100 declared databases in turn, which are one server, each with its pre-flight. Two of",
            "them run meanwhile, as always, slowed down to 1 MiB a second together, so that what is measured are the submissions: all",
            "others wait in line for one of the instance's two slots."
        })
final class CallsCommand extends MeasuringCommand {
    private static final String INSTANCE = "many";
    private static final double REFUSALS = 2_000;
    private static final double ACCEPTED = 200;
    private static final int WARM_UP_SECONDS = 5;

    /** A login as people declare them; the secret is worth nothing outside of a run. */
    private static final TokenText LOGIN = TokenText.random(new Login("bench", Role.OPERATOR), new SecureRandom());

    @Option(names = "--databases", description = "Declared. Default: ${DEFAULT-VALUE}.")
    private int databases = 100;

    @Option(names = "--callers", description = "At a time. Default: ${DEFAULT-VALUE}.")
    private int callers = 16;

    @Option(names = "--seconds", description = "Of each span. Default: ${DEFAULT-VALUE}.")
    private int seconds = 20;

    @Option(
            names = "--full-speed",
            description =
                    "Do not slow the two backups down that run: figures then are those of submissions and backups together.")
    private boolean fullSpeed;

    @Mixin
    private final Profiler profiler = new Profiler();

    private final AtomicLong next = new AtomicLong();

    private record Call(String procedure, Map<String, ?> arguments) {}

    @Override
    void measure(PrintWriter out, Path folder, Path json) throws IOException, SQLException {
        say(out, "starting a node in " + folder);
        ServerConnection shop;
        try (BenchNode node = start(folder, Map.of())) {
            shop = node.source();
        }
        Path declaration = Files.writeString(folder.resolve("calls.conf"), declaration(shop));
        Map<String, Object> figures = new LinkedHashMap<>();
        figures.put("databases", databases);
        figures.put("callers", callers);
        try (BenchNode node = startWith(folder, declaration)) {
            ApiClient master = node.client(INSTANCE);
            ApiClient declared = node.client(INSTANCE, LOGIN.text());
            say(out, "warming up; load of the machine: " + load());
            span(master, this::refused, true, WARM_UP_SECONDS);
            figures.put("refused", measure(out, node, "refused", master, this::refused, true, REFUSALS));
            figures.put("refusedDeclared", measure(out, node, "declared", declared, this::refused, true, REFUSALS));
            LongFunction<Call> backups = number -> backup(node, number);
            span(master, backups, false, WARM_UP_SECONDS);
            figures.put("accepted", measure(out, node, "accepted", master, backups, false, ACCEPTED));
        }
        figures.put("machine", machine());
        Files.write(
                json,
                new ObjectMapper().enable(SerializationFeature.INDENT_OUTPUT).writeValueAsBytes(figures));
    }

    private Map<String, Object> measure(
            PrintWriter out,
            BenchNode node,
            String what,
            ApiClient client,
            LongFunction<Call> calls,
            boolean refusals,
            double target)
            throws IOException {
        say(out, what + " calls; load of the machine: " + load());
        profiler.begin(List.of(node.pid()));
        CpuTimes before = CpuTimes.now(node);
        Latencies took = span(client, calls, refusals, seconds);
        CpuTimes cpu = CpuTimes.now(node).since(before).perCall(took.count());
        profiler.end(List.of(node.pid()), what);
        double rate = (double) took.count() / seconds;
        out.printf(
                Locale.ROOT,
                "%-10s %7.0f/s, median %.1f ms, 99 %% within %.1f ms, CPU-ms each: %s; >= %.0f/s %s%n",
                what,
                rate,
                took.medianMillis(),
                took.millis(0.99),
                cpu.text(),
                target,
                rate >= target ? "reached" : "MISSED");
        out.flush();
        Map<String, Object> figures = took.json(seconds);
        figures.put("cpuMillisPerCall", cpu.json());
        figures.put("atLeast", target);
        figures.put("reached", rate >= target);
        return figures;
    }

    private Latencies span(ApiClient client, LongFunction<Call> calls, boolean refusals, int length) {
        Latencies took = new Latencies();
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(length);
        ExecutorService threads = Executors.newFixedThreadPool(callers);
        try {
            List<CompletableFuture<Void>> running = new ArrayList<>();
            for (int caller = 0; caller < callers; caller++) {
                running.add(CompletableFuture.runAsync(
                        () -> {
                            for (long begun = System.nanoTime(); begun < end; begun = System.nanoTime()) {
                                call(client, calls.apply(next.getAndIncrement()), refusals);
                                took.add(System.nanoTime() - begun);
                            }
                        },
                        threads));
            }
            running.forEach(CompletableFuture::join);
        } finally {
            threads.shutdown();
        }
        return took;
    }

    private static void call(ApiClient client, Call call, boolean refusal) {
        try {
            client.procedure(call.procedure(), call.arguments());
        } catch (ApiRefusal refused) {
            if (refusal && refused.status() >= 400 && refused.status() < 500) {
                return;
            }
            throw new IllegalStateException("a call was answered with " + refused.status() + ": " + refused.detail());
        }
        if (refusal) {
            throw new IllegalStateException("a call was accepted: " + call);
        }
    }

    private Call refused(long number) {
        String database = "db" + number % databases;
        return switch ((int) (number % 3)) {
            case 0 ->
                new Call(
                        "rds_backup_database",
                        Map.of("source_db_name", database, "s3_arn_to_backup_to", "x", "number_of_files", 11));
            case 1 ->
                new Call(
                        "rds_backup_database",
                        Map.of("source_db_name", "nobody" + number, "s3_arn_to_backup_to", "arn:aws:s3:::any/x.bak"));
            default ->
                new Call(
                        "rds_backup_log",
                        Map.of("source_db_name", database, "s3_arn_to_backup_to", "arn:aws:s3:::any/x.bak"));
        };
    }

    private Call backup(BenchNode node, long number) {
        return new Call(
                "rds_backup_database",
                Map.of(
                        "source_db_name",
                        "db" + number % databases,
                        "s3_arn_to_backup_to",
                        "arn:aws:s3:::" + node.bucket() + "/calls/" + UUID.randomUUID() + ".bak"));
    }

    private String declaration(ServerConnection shop) {
        String all = IntStream.range(0, databases)
                .mapToObj(number -> "{ name = \"db%d\", jdbc-url = \"%s\", user = \"%s\", password = \"%s\" }"
                        .formatted(number, shop.jdbcUrl(), shop.user(), shop.password()))
                .collect(Collectors.joining(",\n"));
        String speed = fullSpeed ? "" : "bakstripe.worker.postgresql.load.bytes-per-second = 1 MiB\n";
        String login = "bakstripe.api.logins = [ { name = \"bench\", role = operator, token-hash = \"" + LOGIN.hash()
                + "\" } ]\n";
        return speed + login + "bakstripe.instances { revision = 2, declared = [ { name = \"" + INSTANCE
                + "\", databases = [\n" + all + "\n] } ] }\n";
    }

    private static BenchNode startWith(Path folder, Path config) throws IOException {
        return BenchNode.start(folder, "512m", Optional.of(config), Map.of());
    }
}
