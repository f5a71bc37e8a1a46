package io.bakstripe.api.http;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.networknt.schema.JsonSchema;
import com.networknt.schema.JsonSchemaFactory;
import com.networknt.schema.SchemaId;
import com.networknt.schema.SchemaLocation;
import com.networknt.schema.SpecVersion;
import io.bakstripe.api.testing.ServedApi;
import io.bakstripe.protocol.procedure.Parameter;
import io.bakstripe.protocol.procedure.Procedure;
import java.net.http.HttpRequest;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

class ApiDescriptionTest {
    private static final Pattern PLACE = Pattern.compile("\\{([a-z]+)}");

    @RegisterExtension
    static final ServedApi API = new ServedApi();

    @Test
    void isThereForEveryoneWithAndWithoutTheBasePath() {
        ServedApi.Answer bare = API.send(API.bare("/openapi.json").GET());

        assertThat(bare.status()).isEqualTo(200);
        assertThat(bare.text("openapi")).isEqualTo("3.1.0");
        assertThat(API.send(API.bare("/api/v1/openapi.json").GET()).json()).isEqualTo(bare.json());
    }

    @Test
    void describesEveryProcedureWithItsParameters() {
        for (Procedure procedure : Procedure.values()) {
            JsonNode call = document().path("paths").path("/api/v1/procedures/" + procedure.wireName());
            JsonNode schema = call.at("/post/requestBody/content/application~1json/schema");
            Set<String> names = new HashSet<>();
            schema.path("properties").fieldNames().forEachRemaining(names::add);
            assertThat(names)
                    .as(procedure.wireName())
                    .containsExactlyInAnyOrderElementsOf(
                            procedure.parameters().stream().map(Parameter::name).toList());
        }
    }

    /** Each call that is described is routed: whoever calls it without a token is asked for one, and not told that there is no such path. */
    @Test
    void everyCallThatIsDescribedIsRouted() {
        for (String call : API.description().calls()) {
            String method = call.substring(0, call.indexOf(' '));
            String path = PLACE.matcher(call.substring(method.length() + 1)).replaceAll("1");
            ServedApi.Answer answer = API.send(API.bare(path).method(method, HttpRequest.BodyPublishers.noBody()));

            boolean open = document()
                    .path("paths")
                    .path(call.substring(method.length() + 1))
                    .path(method.toLowerCase(Locale.ROOT))
                    .path("security")
                    .isArray();
            assertThat(answer.status()).as(call).isEqualTo(open ? 200 : 401);
        }
    }

    @Test
    void everyCallOfTheTableIsDescribedAndNoOther() {
        Set<String> described = new TreeSet<>(API.description().calls());
        described.removeIf(call -> !call.contains(" /api/v1/") || call.matches(".*/(health/.*|openapi.json)"));
        Set<String> procedures = Arrays.stream(Procedure.values())
                .map(procedure -> "POST /api/v1/procedures/" + procedure.wireName())
                .collect(Collectors.toSet());

        assertThat(described).containsAll(procedures);
        described.removeAll(procedures);
        assertThat(described)
                .containsExactlyInAnyOrderElementsOf(Arrays.stream(ApiCall.values())
                        .filter(call -> call != ApiCall.PROCEDURE)
                        .map(call -> call.method().value() + " /api/v1/" + call.path())
                        .toList());
    }

    @Test
    void everyPlaceInAPathIsAParameter() {
        document()
                .path("paths")
                .fields()
                .forEachRemaining(path -> path.getValue().forEach(operation -> {
                    List<String> places = new ArrayList<>();
                    Matcher matcher = PLACE.matcher(path.getKey());
                    while (matcher.find()) {
                        places.add(matcher.group(1));
                    }
                    List<String> parameters = new ArrayList<>();
                    operation.path("parameters").forEach(reference -> {
                        JsonNode parameter = resolved(reference);
                        if (parameter.path("in").asText().equals("path")) {
                            parameters.add(parameter.path("name").asText());
                        }
                    });
                    assertThat(parameters).as(path.getKey()).containsExactlyInAnyOrderElementsOf(places);
                }));
    }

    @Test
    void everyReferenceLeadsSomewhereAndEveryOperationHasItsOwnName() {
        document()
                .findValuesAsText("$ref")
                .forEach(reference -> assertThat(
                                document().at(reference.substring(1)).isMissingNode())
                        .as(reference)
                        .isFalse());
        assertThat(document().findValuesAsText("operationId"))
                .doesNotHaveDuplicates()
                .hasSize(API.description().calls().size());
    }

    /** OpenAPI 3.1 takes its schemas from JSON Schema, draft 2020-12. */
    @Test
    void itsSchemasAreSchemas() {
        JsonSchema schemas = JsonSchemaFactory.getInstance(SpecVersion.VersionFlag.V202012)
                .getSchema(SchemaLocation.of(SchemaId.V202012));
        document()
                .path("components")
                .path("schemas")
                .fields()
                .forEachRemaining(schema -> assertThat(schemas.validate(schema.getValue()))
                        .as(schema.getKey())
                        .isEmpty());
    }

    private static JsonNode resolved(JsonNode node) {
        return node.has("$ref") ? document().at(node.path("$ref").asText().substring(1)) : node;
    }

    private static JsonNode document() {
        return API.description().document();
    }
}
