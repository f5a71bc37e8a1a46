package io.bakstripe.bench;

import io.bakstripe.protocol.instance.ServerConnection;
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
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** PostgreSQL's {@code pgbench}, running its standard transactions against a database of its own on the measured server. */
final class PgBench {
    private static final String DATABASE = "pgbench";
    private static final Pattern RATE = Pattern.compile("tps = ([0-9.]+)");

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

    /** Transactions per second over this time. */
    double rate(int seconds) throws IOException {
        String said = run(List.of(
                "--no-vacuum",
                "--client",
                Integer.toString(clients),
                "--time",
                Integer.toString(seconds),
                "--protocol",
                "prepared"));
        Matcher rate = RATE.matcher(said);
        if (!rate.find()) {
            throw new IllegalStateException("pgbench gave no rate: " + said);
        }
        return Double.parseDouble(rate.group(1));
    }

    private String run(List<String> options) throws IOException {
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
        ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
        builder.environment().put("PGPASSWORD", server.password());
        Process process = builder.start();
        return new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    }
}
