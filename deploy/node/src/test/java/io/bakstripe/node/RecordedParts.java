package io.bakstripe.node;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.bakstripe.coordinator.journal.JournalSettings;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * The parts that stripes recorded in the embedded journal of a node that has ended.
 *
 * @param byStripe the events' content, in order
 */
record RecordedParts(Map<String, List<JsonNode>> byStripe) {

    static RecordedParts read(Path data) throws SQLException, IOException {
        Map<String, List<JsonNode>> parts = new TreeMap<>();
        try (Connection connection = DriverManager.getConnection(JournalSettings.h2Url(data), "sa", "");
                Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(
                        "SELECT \"persistence_id\", \"event_payload\" FROM"
                                + " \"event_journal\" WHERE \"event_ser_manifest\" = 'stripe-part-stored/1' ORDER BY \"ordering\"")) {
            while (rows.next()) {
                try (InputStream payload = rows.getBinaryStream(2)) {
                    parts.computeIfAbsent(rows.getString(1), id -> new ArrayList<>())
                            .add(new ObjectMapper().readTree(payload));
                }
            }
        }
        return new RecordedParts(parts);
    }

    /** Numbers go up from 1 by one, and within a plan each part begins where the one before ended. */
    void requireContiguous() {
        assertThat(byStripe).isNotEmpty();
        byStripe.forEach((stripe, parts) -> {
            for (int part = 0; part < parts.size(); part++) {
                assertThat(parts.get(part).required("number").asInt())
                        .as("parts of %s", stripe)
                        .isEqualTo(part + 1);
                JsonNode from = parts.get(part).required("from");
                if (part > 0
                        && from.required("plan")
                                .equals(parts.get(part - 1).required("to").required("plan"))) {
                    assertThat(from)
                            .as("part %s of %s", part + 1, stripe)
                            .isEqualTo(parts.get(part - 1).required("to"));
                }
            }
        });
    }
}
