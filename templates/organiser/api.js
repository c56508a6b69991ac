// Shows the description of the admin endpoint. It sends nothing: a browser has no credentials for that.
SwaggerUIBundle({
  dom_id: "#api",
  url: document.getElementById("description").href,
  supportedSubmitMethods: [],
  deepLinking: true,
});
