# The same as orthanc-notify.lua for Orthanc's Python plug-in (Debian: orthanc-python), and a way to ask for a study by hand.
# In orthanc.json: "PythonScript" : "/etc/orthanc/orthanc-notify.py"
import json
import urllib.request

import orthanc

ADDRESS = "http://127.0.0.1:8044/studies"
# The token of EXPLAIN_LISTEN_TOKEN, where one is set.
TOKEN = None


def tell(study):
    tags = json.loads(orthanc.RestApiGet("/studies/" + study))["MainDicomTags"]
    headers = {"Content-Type": "application/json"}
    if TOKEN is not None:
        headers["Authorization"] = "Bearer " + TOKEN
    body = json.dumps({"StudyInstanceUID": tags["StudyInstanceUID"]}).encode()
    urllib.request.urlopen(urllib.request.Request(ADDRESS, body, headers), timeout=10)


def on_change(change, level, resource):
    if change == orthanc.ChangeType.STABLE_STUDY:
        tell(resource)


def by_hand(output, uri, **request):
    """What a button of Orthanc Explorer 2 asks for: POST /explain-by-hand/{UUID}."""
    if request["method"] != "POST":
        output.SendMethodNotAllowed("POST")
        return
    tell(request["groups"][0])
    output.AnswerBuffer("{}", "application/json")


orthanc.RegisterOnChangeCallback(on_change)
orthanc.RegisterRestCallback("/explain-by-hand/([0-9a-f-]+)", by_hand)
