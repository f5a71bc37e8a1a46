package io.bakstripe.bench;

import io.bakstripe.protocol.instance.ServerConnection;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.stream.Stream;

/** Copies of the log segments that the next log backup is going to hold, for the yardstick. */
final class LogFilesAside {
    /** What the lasting slot keeps, up to the segment that is ended here. The position behind a segment is counted to the next one, so look one byte on or back. */
    private static final String SPAN = "SELECT pg_walfile_name((SELECT restart_lsn + 1 FROM pg_replication_slots"
            + " WHERE slot_name LIKE 'bakstripe\\_log\\_%')), pg_walfile_name(pg_switch_wal() - 1)";

    private LogFilesAside() {}

    /**
     * Ends the segment that the server writes to and copies all that it keeps up to there.
     *
     * @param folder is made anew
     */
    static void copy(ServerConnection server, Path pgdata, Path folder) throws SQLException, IOException {
        String first;
        String last;
        try (Connection connection = SampleDatabase.connect(server);
                Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery(SPAN)) {
            row.next();
            first = row.getString(1);
            last = row.getString(2);
        }
        if (Files.exists(folder)) {
            MeasuringCommand.remove(folder);
        }
        Files.createDirectories(folder);
        List<Path> segments;
        try (Stream<Path> log = Files.list(pgdata.resolve("pg_wal"))) {
            segments = log.filter(Files::isRegularFile)
                    .filter(file -> file.getFileName().toString().compareTo(first) >= 0)
                    .filter(file -> file.getFileName().toString().compareTo(last) <= 0)
                    .toList();
        }
        for (Path segment : segments) {
            Files.copy(segment, folder.resolve(segment.getFileName()));
        }
    }
}
