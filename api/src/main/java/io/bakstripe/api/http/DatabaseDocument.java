package io.bakstripe.api.http;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.bakstripe.protocol.instance.DatabaseInfo;

/** A database as a caller may see it: the password of its server is null for roles that do not see passwords. */
final class DatabaseDocument {
    private DatabaseDocument() {}

    static JsonNode of(DatabaseInfo info, Caller caller) {
        JsonNode document = ApiJson.strict().valueToTree(info);
        if (!caller.seesPasswords() && document.path("connection") instanceof ObjectNode connection) {
            connection.putNull("password");
        }
        return document;
    }
}
