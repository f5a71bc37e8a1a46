package io.bakstripe.node.chaos;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;

/** Where the store of a test is told to fail; docs/chaos.md has the scripts. */
final class StoreControl {
    private final URI address;
    private final HttpClient http = HttpClient.newHttpClient();

    StoreControl(String address) {
        this.address = URI.create(address);
    }

    /** Begins a script of these rules, as JSON objects with commas between. */
    void rules(String rules) {
        script("{\"seed\": 1, \"rules\": [" + rules + "]}");
    }

    /** Begins a script. */
    void script(String script) {
        send("PUT", script);
    }

    /** What the store did since the script began. */
    JsonNode report() {
        return send("GET", "");
    }

    /** How often the rules of the script struck so far. */
    long strikes() {
        long strikes = 0;
        for (JsonNode rule : report().required("rules")) {
            strikes += rule.required("fired").asLong();
        }
        return strikes;
    }

    /** Ends the script: held requests go on, nothing fails any more. */
    void calm() {
        send("DELETE", "");
    }

    private JsonNode send(String method, String body) {
        try {
            HttpResponse<String> answer = http.send(
                    HttpRequest.newBuilder(address)
                            .method(
                                    method,
                                    body.isEmpty()
                                            ? HttpRequest.BodyPublishers.noBody()
                                            : HttpRequest.BodyPublishers.ofString(body))
                            .build(),
                    HttpResponse.BodyHandlers.ofString());
            if (answer.statusCode() != 200) {
                throw new IllegalArgumentException(body + " was refused: " + answer.body());
            }
            return new ObjectMapper().readTree(answer.body());
        } catch (IOException e) {
            throw new IllegalStateException("the store's control does not answer", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }
}
