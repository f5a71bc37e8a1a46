package io.bakstripe.bench;

import io.bakstripe.protocol.instance.ServerConnection;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** PostgreSQL's {@code pgbench}, running its standard transactions against a database of its own on the measured server. */
final class PgBench {
    private static final String DATABASE = "pgbench";
    private static final int LONGEST_SECONDS = 100_000;
    private static final Pattern RATE = Pattern.compile("^progress: .* s, ([0-9.]+) tps,");

    private final Path program;
    private final ServerConnection server;
    private final int clients;
    private final List<String> prefix;

    /** @param prefix of every command line, for example {@code taskset} and its options */
    PgBench(ServerConnection server, int clients, List<String> prefix) {
        this.program = program();
        this.server = server;
        this.clients = clients;
        this.prefix = List.copyOf(prefix);
    }

    private static Path program() {
        try (Stream<Path> versions = Files.exists(Path.of("/usr/lib/postgresql"))
                ? Files.list(Path.of("/usr/lib/postgresql"))
                : Stream.of()) {
            return Stream.concat(
                            Stream.of(System.getenv("PATH").split(":", -1)).map(Path::of),
                            versions.sorted(Comparator.reverseOrder()).map(version -> version.resolve("bin")))
                    .map(directory -> directory.resolve("pgbench"))
                    .filter(Files::isExecutable)
                    .findFirst()
                    .orElseThrow(() -> new IllegalStateException(
                            "the program pgbench is missing (Debian: apt-get install postgresql-15)"));
        } catch (IOException failed) {
            throw new IllegalStateException(failed);
        }
    }

    /** Makes the database, about 15 MB for each unit of scale. */
    void initialize(int scale) throws SQLException, IOException {
        try (Connection connection = DriverManager.getConnection(server.jdbcUrl(), server.user(), server.password());
                Statement statement = connection.createStatement()) {
            statement.execute("CREATE DATABASE " + DATABASE);
        }
        String said = run(List.of("--initialize", "--quiet", "--scale", Integer.toString(scale)));
        if (!said.contains("done in")) {
            throw new IllegalStateException("pgbench did not make its tables: " + said);
        }
    }

    /** Begins to run transactions; they go on until the load is closed. */
    Load start() throws IOException {
        List<String> command = command(List.of(
                "--no-vacuum",
                "--client",
                Integer.toString(clients),
                "--time",
                Integer.toString(LONGEST_SECONDS),
                "--progress",
                "1",
                "--protocol",
                "prepared"));
        return new Load(process(command).start());
    }

    /** Transactions that are being run. */
    static final class Load implements AutoCloseable {
        private final Process process;
        private final BufferedReader said;

        private Load(Process process) {
            this.process = process;
            this.said = process.inputReader(StandardCharsets.UTF_8);
        }

        /** Transactions per second, of each of the next seconds, as long as {@code more} is true of what was counted. */
        List<Double> rates(Predicate<List<Double>> more) throws IOException {
            // What was said before now is of no interest.
            while (said.ready()) {
                said.readLine();
            }
            List<Double> rates = new ArrayList<>();
            while (more.test(rates)) {
                String line = said.readLine();
                if (line == null) {
                    throw new IllegalStateException("pgbench ended");
                }
                Matcher rate = RATE.matcher(line);
                if (rate.find()) {
                    rates.add(Double.parseDouble(rate.group(1)));
                }
            }
            return rates;
        }

        @Override
        public void close() {
            process.destroy();
            process.onExit().join();
        }
    }

    private String run(List<String> options) throws IOException {
        return new String(process(command(options)).start().getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    }

    private List<String> command(List<String> options) {
        List<String> command = new ArrayList<>(prefix);
        command.add(program.toString());
        command.addAll(options);
        command.addAll(List.of(
                "--host",
                server.host(),
                "--port",
                Integer.toString(server.port()),
                "--username",
                server.user(),
                DATABASE));
        return command;
    }

    private ProcessBuilder process(List<String> command) {
        ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
        builder.environment().put("PGPASSWORD", server.password());
        return builder;
    }
}
